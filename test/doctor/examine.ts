// Runs the real command on a director, and finds in what it says.
import type { Finding } from '../../src/doctor/check.ts';
import type { Director } from '../lab/director.ts';

export interface Examined {
  readonly exitCode: number | null;
  readonly findings: readonly Finding[];
  /** "problem: text fix" of each finding of the check. */
  of(check: string): readonly string[];
}

/** Longer than three of the lab's adverts. */
const listen = '1200ms';

export async function examine(director: Director): Promise<Examined> {
  const { exitCode, output } = await director.command('doctor', '--json', '--listen', listen);
  const { findings } = JSON.parse(output) as { readonly findings: readonly Finding[] };
  return {
    exitCode,
    findings,
    of: (check) => findings.filter((finding) => finding.check === check).map(({ level, text, fix }) => `${level}: ${text} ${fix ?? ''}`),
  };
}
