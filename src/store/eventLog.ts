// What every director of the cluster told, as far as it is known here: one file for each, this director's own among them.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { NodeName } from '../core/types.ts';
import type { DirectorEvent } from '../events/event.ts';
import type { EventCursor, EventEntry } from '../events/exchange.ts';
import { type EventFile, type EventLimits, openEventFile } from './eventFile.ts';
import type { OnFileProblem } from './fileProblem.ts';

export interface EventLog {
  /** Of all directors, each one's in its own order, joined by their times. Told again means replaced. */
  events(): readonly DirectorEvent[];
  /** Of this director alone, oldest first. */
  own(): readonly DirectorEvent[];
  add(event: DirectorEvent): void;
  /** What this director told after the cursor, at most `limit`: from its oldest on when the cursor is none of its own. */
  after(cursor: EventCursor | null, limit: number): readonly EventEntry[];
  /** The last one that is known of another director. */
  cursorOf(director: NodeName): EventCursor | null;
  /** What another director told; what is known already is passed over. Returns what was new. */
  take(director: NodeName, entries: readonly EventEntry[]): readonly EventEntry[];
  /** Called with each event that becomes known, whoever told it. Returns how to stop. */
  onEvent(listener: (event: DirectorEvent) => void): () => void;
  /** Resolves when everything is on the disk. */
  saved(): Promise<void>;
}

export interface EventLogOptions {
  /** The state directory. */
  readonly directory: string;
  readonly node: NodeName;
  readonly others: readonly NodeName[];
  readonly onProblem: OnFileProblem;
  readonly limits?: EventLimits;
}

/** Never throws: every problem of the disk is told. */
export async function openEventLog({ directory, node, others, onProblem, limits }: EventLogOptions): Promise<EventLog> {
  const bounds = limits === undefined ? {} : { limits };
  const open = (name: NodeName): Promise<EventFile> =>
    openEventFile({ path: join(directory, 'events', `${name}.jsonl`), onProblem, ...bounds });
  const [mine, ...theirs] = await Promise.all([node, ...others].map(open));
  if (mine === undefined) throw new RangeError('a log of no director');
  const files = new Map(others.flatMap((name, index) => (theirs[index] === undefined ? [] : [[name, theirs[index]] as const])));
  const listeners = new Set<(event: DirectorEvent) => void>();
  const tell = ({ event }: EventEntry): void => {
    for (const listener of listeners) listener(event);
  };

  return {
    events: () => joined([mine, ...files.values()].map((file) => eventsOf(file))),
    own: () => eventsOf(mine),
    add(event) {
      const last = mine.entries().at(-1);
      const entry = { log: last?.log ?? randomUUID(), number: (last?.number ?? 0) + 1, event };
      mine.add([entry]);
      tell(entry);
    },
    after: (cursor, limit) => entriesAfter(mine.entries(), cursor).slice(0, limit),
    cursorOf(director) {
      const last = files.get(director)?.entries().at(-1);
      return last === undefined ? null : { log: last.log, number: last.number };
    },
    take(director, entries) {
      const file = files.get(director);
      const fresh = file === undefined ? [] : news(file.entries().at(-1), entries);
      if (fresh.length === 0) return [];
      file?.add(fresh);
      for (const entry of fresh) tell(entry);
      return fresh;
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async saved() {
      await Promise.all([mine, ...files.values()].map((file) => file.saved()));
    },
  };
}

function entriesAfter(entries: readonly EventEntry[], cursor: EventCursor | null): readonly EventEntry[] {
  const known = cursor !== null && entries.some(({ log }) => log === cursor.log);
  return known ? entries.filter(({ log, number }) => log === cursor.log && number > cursor.number) : entries;
}

/** Two answers may overlap: one that was on its way while another was asked for. */
const news = (last: EventCursor | undefined, entries: readonly EventEntry[]): readonly EventEntry[] =>
  entries.filter(({ log, number }) => last === undefined || log !== last.log || number > last.number);

function eventsOf(file: EventFile): readonly DirectorEvent[] {
  const events = new Map<string, DirectorEvent>();
  for (const { event } of file.entries()) events.set(event.id, event);
  return [...events.values()];
}

/** By time, without changing the order of any one director's: its clock may have been set back. */
function joined(lists: readonly (readonly DirectorEvent[])[]): readonly DirectorEvent[] {
  const heads = lists.map((events) => ({ events, next: 0 }));
  const events: DirectorEvent[] = [];
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) if (timeOf(head) < timeOf(first)) first = head;
    const event = first?.events[first.next];
    if (first === undefined || event === undefined) return events;
    events.push(event);
    first.next += 1;
  }
}

/** Later than any time when there is no more. */
const timeOf = (head: { readonly events: readonly DirectorEvent[]; readonly next: number } | undefined): string =>
  head?.events[head.next]?.time ?? 'none';
