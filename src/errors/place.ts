// Where in a file something is wrong, and what: the form of every complaint about a file that a person wrote.

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
}

export interface Problem {
  readonly place: Place;
  readonly what: string;
  readonly expected: string;
}

export const placeText = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

export const problemText = (problem: Problem): string => `${placeText(problem.place)}: ${problem.what}; expected ${problem.expected}`;

/** As a reader meets them in the file. */
export const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((one, other) => one.place.line - other.place.line || one.place.column - other.place.column);
