// The last good rules on this director's disk, with their history: what a cold start serves with. Each revision is in the
// history before rules.json names it the one in use, so that losing either of the two files loses no rules.
import { join } from 'node:path';
import type { RulesRevision } from '../rules/document.ts';
import { newerFormat, rulesRevisionSchema } from '../rules/revision.ts';
import { type Disk, localDisk } from './disk.ts';
import { type DurableFile, durableFile, type Loaded } from './durableFile.ts';
import { loadOr, type OnFileProblem, saveOr } from './fileProblem.ts';
import { inTurn } from './inTurn.ts';
import { type HistoryLimits, historyLimits, type LocalHistory, openLocalHistory } from './localHistory.ts';

export interface LocalCopyOptions {
  /** The state directory. */
  readonly directory: string;
  /** The version of vspair. */
  readonly version: string;
  readonly onProblem: OnFileProblem;
  readonly limits?: HistoryLimits;
  readonly disk?: Disk;
}

export interface LocalCopy {
  readonly path: string;
  /** What was there at the start. */
  readonly initial: RulesRevision | undefined;
  readonly history: LocalHistory;
  /** A newer version wrote the rules here: they stay where they are, and nothing takes their place. */
  readonly newer: string | undefined;
  /** Durable when it resolves, in the history too. Throws VspairError. */
  save(revision: RulesRevision): Promise<void>;
}

/** Never throws: what cannot be read is told. */
export async function openLocalCopy({
  directory,
  version,
  onProblem,
  limits = historyLimits,
  disk = localDisk,
}: LocalCopyOptions): Promise<LocalCopy> {
  const newer = (content: unknown): string | undefined => newerFormat(content, version);
  const file = durableFile(join(directory, 'rules.json'), rulesRevisionSchema, { disk, newer });
  const history = await openLocalHistory({ directory: join(directory, 'history'), version, limits, onProblem, disk });
  const found = await newestOf(await loadOr(file, onProblem), history);
  const initial = found.found === 'content' ? found.content : undefined;
  if (initial !== undefined && !history.has(initial))
    await saveOr({ path: file.path, save: (kept) => history.keep(kept) }, initial, onProblem);
  const turn = inTurn();
  return {
    path: file.path,
    initial,
    history,
    newer: found.found === 'newer' ? found.detail : undefined,
    save: (revision) => turn(() => save(file, history, revision)),
  };
}

/** What rules.json says, unless the history has a newer revision, or the only good one. */
async function newestOf(current: Loaded<RulesRevision>, history: LocalHistory): Promise<Loaded<RulesRevision>> {
  if (current.found === 'newer') return current;
  const known = current.found === 'content' ? current.content.revision : 0;
  for (const name of history.names().filter(({ revision }) => revision > known)) {
    const loaded = await history.load(name);
    if (loaded.found === 'content' || loaded.found === 'newer') return loaded;
  }
  return current;
}

async function save(file: DurableFile<RulesRevision>, history: LocalHistory, revision: RulesRevision): Promise<void> {
  const isNew = !history.has(revision);
  await history.keep(revision);
  try {
    await file.save(revision);
  } catch (error) {
    // It is not in use: the next start must not find it as the newest.
    if (isNew) await history.drop(revision);
    throw error;
  }
}
