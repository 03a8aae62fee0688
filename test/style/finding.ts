// What a style rule has to say: where, what must not be there, and what to write instead.

export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly banned: string;
  readonly instead: string;
}

export const findingText = (finding: Finding): string => `${finding.file}:${finding.line}: ${finding.banned} is banned: ${finding.instead}`;
