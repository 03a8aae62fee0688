// The revisions of the past on this director's disk, one durable file each, and no more of them than there is room for.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import type { Lineage, RevisionEntry, RevisionName, RulesRevision } from '../rules/document.ts';
import type { Descent } from '../rules/lineage.ts';
import { entryOf, newerFormat, rulesRevisionSchema } from '../rules/revision.ts';
import { fileErrorText } from '../text/file.ts';
import { type Disk, localDisk } from './disk.ts';
import { type DurableFile, durableFile, type Loaded } from './durableFile.ts';
import { loadOr, type OnFileProblem } from './fileProblem.ts';

export interface HistoryLimits {
  readonly revisions: number;
  readonly bytes: number;
}

export const historyLimits: HistoryLimits = { revisions: 200, bytes: 256 * 2 ** 20 };

export interface LocalHistoryOptions {
  readonly directory: string;
  /** The version of vspair. */
  readonly version: string;
  readonly limits: HistoryLimits;
  readonly onProblem: OnFileProblem;
  readonly disk?: Disk;
}

/** What is remembered of a revision without its document. */
export interface Remembered extends Descent {
  readonly entry: RevisionEntry;
  readonly lineage: Lineage | undefined;
}

export interface LocalHistory {
  /** Of all that is kept, the highest number first. */
  names(): readonly RevisionName[];
  has(name: RevisionName): boolean;
  /** It would stay, as far as is known before its size is. */
  hasRoomFor(name: RevisionName): boolean;
  /** Tells problems of the file, and gives what stands in it. */
  load(name: RevisionName): Promise<Loaded<RulesRevision>>;
  /** Undefined when it is not there or cannot be read. */
  recall(name: RevisionName): Promise<Remembered | undefined>;
  /** Durable when it resolves; what is beyond the limits is gone then. Throws VspairError. */
  keep(revision: RulesRevision): Promise<void>;
  drop(name: RevisionName): Promise<void>;
}

interface Kept extends RevisionName {
  readonly bytes: number;
}

/** Reads the names only, however long the history is. Never throws: a history that cannot be read is told, and empty. */
export async function openLocalHistory({
  directory,
  version,
  limits,
  onProblem,
  disk = localDisk,
}: LocalHistoryOptions): Promise<LocalHistory> {
  const kept = await keptIn(directory, onProblem);
  const remembered = new Map<string, Remembered>();
  const outgrown = new Set<string>();

  const fileOf = (name: RevisionName): DurableFile<RulesRevision> =>
    durableFile(join(directory, fileName(name)), rulesRevisionSchema, { disk, newer: (content) => newerFormat(content, version) });

  async function load(name: RevisionName): Promise<Loaded<RulesRevision>> {
    const loaded = await loadOr(fileOf(name), onProblem);
    if (loaded.found === 'content') remembered.set(fileName(name), rememberedOf(loaded.content));
    if (loaded.found === 'corrupt' || loaded.found === 'nothing') kept.delete(fileName(name));
    return loaded;
  }

  async function drop(name: RevisionName): Promise<void> {
    await disk.remove(join(directory, fileName(name)));
    kept.delete(fileName(name));
    remembered.delete(fileName(name));
  }

  return {
    names: () => [...kept.values()].toSorted(newestFirst),
    has: (name) => kept.has(fileName(name)),
    hasRoomFor: (name) =>
      !outgrown.has(fileName(name)) &&
      (kept.size < limits.revisions || [...kept.values()].some(({ revision }) => revision < name.revision)),
    load,
    async recall(name) {
      if (!remembered.has(fileName(name))) await load(name);
      return remembered.get(fileName(name));
    },
    async keep(revision) {
      const file = fileOf(revision);
      await file.save(revision);
      const { size: bytes } = await stat(file.path);
      kept.set(fileName(revision), { revision: revision.revision, digest: revision.digest, bytes });
      remembered.set(fileName(revision), rememberedOf(revision));
      for (const name of beyond([...kept.values()], limits)) {
        outgrown.add(fileName(name));
        await drop(name);
      }
    },
    drop,
  };
}

const fileName = ({ revision, digest }: RevisionName): string => `${String(revision).padStart(10, '0')}-${digest}.json`;
const namePattern = /^(\d{10,16})-([0-9a-f]{16})\.json$/;

async function keptIn(directory: string, onProblem: OnFileProblem): Promise<Map<string, Kept>> {
  const kept = new Map<string, Kept>();
  for (const file of await filesIn(directory, onProblem)) {
    const [, number, digest] = namePattern.exec(file) ?? [];
    if (number === undefined || digest === undefined) continue;
    const { size: bytes } = await stat(join(directory, file)).catch(() => ({ size: 0 }));
    kept.set(file, { revision: Number(number), digest, bytes });
  }
  return kept;
}

async function filesIn(directory: string, onProblem: OnFileProblem): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT')
      onProblem({ file: directory, problem: 'unreadable', detail: fileErrorText(error), setAside: undefined });
    return [];
  }
}

const rememberedOf = (revision: RulesRevision): Remembered => ({
  revision: revision.revision,
  digest: revision.digest,
  parent: revision.lineage?.parent,
  lineage: revision.lineage,
  entry: entryOf(revision, false),
});

const newestFirst = (one: RevisionName, other: RevisionName): number =>
  other.revision - one.revision || (one.digest < other.digest ? -1 : 1);

/** The oldest ones, as many as are too many; the newest one always stays. */
function beyond(kept: readonly Kept[], limits: HistoryLimits): readonly Kept[] {
  let bytes = 0;
  return kept.toSorted(newestFirst).filter((one, index) => {
    bytes += one.bytes;
    return index > 0 && (index >= limits.revisions || bytes > limits.bytes);
  });
}
