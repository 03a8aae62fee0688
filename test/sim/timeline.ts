// Virtual time: what is to happen, ordered by moment and, within one, by when it was put in line.

export interface Timeline {
  /** Milliseconds since the simulation began. */
  readonly now: number;
  /** How many events have happened. */
  readonly count: number;
  at(moment: number, happen: () => void): void;
  /** Lets the next event happen; false when there is none up to `until`, and then it is `until`. */
  advance(until: number): boolean;
}

interface Entry {
  readonly moment: number;
  readonly order: number;
  readonly happen: () => void;
}

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let count = 0;

  return {
    get now() {
      return now;
    },
    get count() {
      return count;
    },
    at(moment, happen) {
      order += 1;
      push(heap, { moment: Math.max(now, moment), order, happen });
    },
    advance(until) {
      const first = heap[0];
      if (first === undefined || first.moment > until) {
        now = Math.max(now, until);
        return false;
      }
      pop(heap);
      now = first.moment;
      count += 1;
      first.happen();
      return true;
    },
  };
}

const isBefore = (a: Entry, b: Entry): boolean => (a.moment === b.moment ? a.order < b.order : a.moment < b.moment);

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  heap.push(entry);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, entry)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const child = smallerChild(heap, place);
    if (child === undefined || isBefore(last, child.entry)) break;
    heap[place] = child.entry;
    place = child.at;
  }
  heap[place] = last;
}

function smallerChild(heap: readonly Entry[], place: number): { readonly at: number; readonly entry: Entry } | undefined {
  const at = 2 * place + 1;
  const left = heap[at];
  const right = heap[at + 1];
  if (left === undefined) return undefined;
  return right !== undefined && isBefore(right, left) ? { at: at + 1, entry: right } : { at, entry: left };
}
