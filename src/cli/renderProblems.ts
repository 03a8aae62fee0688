// Mistakes in files, for people and for programs.
import { type Problem, placeText, problemText } from '../errors/place.ts';

export function problemLines(problems: readonly Problem[], warnings: readonly Problem[]): string[] {
  return [
    ...problems.map(problemText),
    ...warnings.map((warning) => `${placeText(warning.place)}: warning: ${warning.what}; expected ${warning.expected}`),
  ];
}

export const problemJson = ({ place, what, expected }: Problem) => ({ ...place, what, expected });

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
