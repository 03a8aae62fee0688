// What this director must remember over restarts: how often it started, which adverts it has accepted, whether it is in
// maintenance. (Which IPVS services are its own is in ownershipFile.ts.)
import { join } from 'node:path';
import { z } from 'zod';
import type { MaintenanceNote } from '../control/status.ts';
import type { PeerMark } from '../keeper/messages.ts';
import { type DurableFile, durableFile } from './durableFile.ts';
import { contentOr, type OnFileProblem, saveOr } from './fileProblem.ts';

export interface NodeStateOptions {
  readonly directory: string;
  readonly onProblem: OnFileProblem;
}

export interface NodeState {
  /** One more than at the last start, durable unless a problem was told. */
  readonly incarnation: number;
  readonly marks: readonly PeerMark[];
  /** As it is to be over a restart; undefined: not in maintenance. */
  maintenance(): MaintenanceNote | undefined;
  /** The peers remember a higher one than this disk did. */
  raiseIncarnation(incarnation: number): Promise<void>;
  keepMark(mark: PeerMark): void;
  /** Throws VspairError when it cannot be saved. */
  keepMaintenance(note: MaintenanceNote | undefined): Promise<void>;
  /** Saves what still waits. */
  close(): Promise<void>;
}

const marksEveryMs = 1000;
/** It travels in 32 bits. */
const incarnationSchema = z.int().min(0).max(0xffff_ffff);
const noteSchema = z.strictObject({ reason: z.string().nullable(), author: z.string().nullable(), since: z.string().nullable() });
/** A director that was put into maintenance by an older version wrote `true`. */
const maintenanceSchema = z.union([z.boolean(), noteSchema]);
const unknownNote: MaintenanceNote = { reason: null, author: null, since: null };
const markSchema = z.strictObject({ node: z.string(), incarnation: incarnationSchema, sequence: z.int().nonnegative() });

/** Never throws: a director whose disk fails still protects its services; every loss is told to `onProblem`. */
export async function openNodeState({ directory, onProblem }: NodeStateOptions): Promise<NodeState> {
  const file = <Content>(name: string, schema: z.ZodType<Content>): DurableFile<Content> => durableFile(join(directory, name), schema);
  const incarnations = file('incarnation.json', incarnationSchema);
  const maintenances = file('maintenance.json', maintenanceSchema);
  const marks = file('peer-marks.json', z.array(markSchema));

  const incarnation = ((await contentOr(incarnations, onProblem)) ?? 0) + 1;
  await saveOr(incarnations, incarnation, onProblem);
  const known = (await contentOr(marks, onProblem)) ?? [];
  const keeper = keepMarks(marks, known, onProblem);
  const kept = (await contentOr(maintenances, onProblem)) ?? false;
  let maintenance = kept === true ? unknownNote : kept === false ? undefined : kept;

  return {
    incarnation,
    marks: known,
    maintenance: () => maintenance,
    async raiseIncarnation(raised) {
      await saveOr(incarnations, raised, onProblem);
    },
    keepMark: (mark) => keeper.keep(mark),
    async keepMaintenance(note) {
      maintenance = note;
      await maintenances.save(note ?? false);
    },
    close: () => keeper.flush(),
  };
}

/**
 * A mark changes with every advert and is worth little: it keeps old adverts from being replayed to a restarted director.
 * So it may be a second old.
 */
function keepMarks(file: DurableFile<PeerMark[]>, known: readonly PeerMark[], onProblem: OnFileProblem) {
  const marks = new Map(known.map((mark) => [mark.node, mark]));
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    await saveOr(file, [...marks.values()], onProblem);
  };

  return {
    flush,
    keep(mark: PeerMark): void {
      const before = marks.get(mark.node);
      if (before !== undefined && !isNewer(mark, before)) return;
      marks.set(mark.node, mark);
      timer ??= setTimeout(() => void flush(), marksEveryMs).unref();
    },
  };
}

const isNewer = (mark: PeerMark, than: PeerMark): boolean =>
  mark.incarnation > than.incarnation || (mark.incarnation === than.incarnation && mark.sequence > than.sequence);
