// What is wrong with files of the state directory, for the status: each problem is told as long as it lasts, as far as that
// can be seen from here.
import { existsSync } from 'node:fs';
import type { FileProblem } from '../store/fileProblem.ts';

export interface FileProblems {
  note(problem: FileProblem): void;
  /** A sentence for each. */
  lasting(): readonly string[];
}

/** What cannot be written is tried again and told again much sooner. */
const unwritableMs = 60_000;

interface Told {
  readonly problem: FileProblem;
  /** By performance.now. */
  readonly at: number;
}

export function watchFileProblems(now: () => number = () => performance.now()): FileProblems {
  /** The newest of each file. */
  const told = new Map<string, Told>();

  return {
    note: (problem) => void told.set(problem.file, { problem, at: now() }),
    lasting: () => [...told.values()].filter((one) => lasts(one, now())).map(({ problem }) => sentence(problem)),
  };
}

/** A file that was set aside waits for somebody to look at it and to remove it. */
function lasts({ problem: { problem, setAside }, at }: Told, now: number): boolean {
  switch (problem) {
    case 'corrupt':
      return setAside !== undefined && existsSync(setAside);
    case 'newer':
    case 'unreadable':
      return true;
    case 'unwritable':
      return now - at < unwritableMs;
  }
}

function sentence({ file, problem, detail, setAside }: FileProblem): string {
  switch (problem) {
    case 'corrupt':
      return `${file} was corrupt (${detail}) and was not used; it is kept as ${setAside ?? 'nothing'}: look at it, then remove it`;
    case 'newer':
    case 'unreadable':
      return `${file} is not used: ${detail}`;
    case 'unwritable':
      return `${file} cannot be written: ${detail}`;
  }
}
