// The line-by-line account of a foreign file: what has no counterpart here, what was assumed, what was changed; and the
// mistakes that keep it from being read. Nothing of a file is passed over without a word in it.
import type { Place, Problem } from '../errors/place.ts';

export type RemarkKind = 'left out' | 'assumed' | 'changed';

export interface Remark {
  readonly kind: RemarkKind;
  readonly place: Place;
  /** Of a block: the line that closes it. */
  readonly lastLine: number;
  /** What it is about, in the words of the file. */
  readonly what: string;
  readonly why: string;
  /** What the operator does about it; empty when that is nothing. */
  readonly advice: string;
}

/** Why something has no counterpart, and what to do about it. */
export interface Reason {
  readonly why: string;
  readonly advice: string;
}

/** Something of a file that has a place. */
export interface Passage {
  readonly place: Place;
  readonly lastLine: number;
}

export class Ledger {
  readonly #remarks = new Map<string, Remark>();
  readonly #problems = new Map<string, Problem>();

  /** In the order in which they were found. What a definition brings in several times is told once. */
  get remarks(): readonly Remark[] {
    return [...this.#remarks.values()];
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  leftOut(passage: Passage, what: string, { why, advice }: Reason): void {
    this.#add({ kind: 'left out', ...passageOf(passage), what, why, advice });
  }

  /** The file does not say it: `what` is what was taken in its place, `why` the authority for it. */
  assumed(passage: Passage, what: string, why: string, advice = ''): void {
    this.#add({ kind: 'assumed', ...passageOf(passage), what, why, advice });
  }

  changed(passage: Passage, what: string, why: string, advice = ''): void {
    this.#add({ kind: 'changed', ...passageOf(passage), what, why, advice });
  }

  wrong({ place }: Pick<Passage, 'place'>, what: string, expected: string): void {
    const problem: Problem = { place, what, expected };
    this.#problems.set(JSON.stringify(problem), problem);
  }

  #add(remark: Remark): void {
    this.#remarks.set(JSON.stringify(remark), remark);
  }
}

const passageOf = ({ place, lastLine }: Passage): Passage => ({ place, lastLine });

/** `keepalived.conf:12-20: left out: HTTP_GET: real servers are not checked; watch them by other means`. */
export function remarkText({ kind, place, lastLine, what, why, advice }: Remark): string {
  const lines = lastLine > place.line ? `${place.line}-${lastLine}` : String(place.line);
  return `${place.file}:${lines}: ${kind}: ${what}: ${why}${advice === '' ? '' : `; ${advice}`}`;
}

/** As a reader meets them in the files; files in the order in which they were first named. */
export function inReadingOrder<Placed extends Pick<Passage, 'place'>>(all: readonly Placed[]): Placed[] {
  const files = [...new Set(all.map(({ place }) => place.file))];
  return all.toSorted(
    (one, other) =>
      files.indexOf(one.place.file) - files.indexOf(other.place.file) ||
      one.place.line - other.place.line ||
      one.place.column - other.place.column,
  );
}
