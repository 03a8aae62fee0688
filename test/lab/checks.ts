// Tests that run where IPVS is. A program holds a list of checks and runs them inside; the test file outside reads what
// became of each. So one boot of a guest serves many tests.
import { runWithIpvs } from './ipvsKernel.ts';

export interface Check {
  /** The rule in words, as of any test. */
  readonly title: string;
  readonly run: () => Promise<void> | void;
}

export interface Verdict {
  readonly title: string;
  readonly ms: number;
  /** The error with its stack; undefined when all is well. */
  readonly error: string | undefined;
}

const mark = 'check: ';

/** Inside: runs the checks in order, the later ones too when one fails, and ends the process. */
export async function runChecks(checks: readonly Check[]): Promise<never> {
  for (const check of checks) process.stdout.write(`${mark}${JSON.stringify(await verdictOf(check))}\n`);
  process.exit(0);
}

async function verdictOf({ title, run }: Check): Promise<Verdict> {
  const begin = performance.now();
  const ms = (): number => Math.round(performance.now() - begin);
  try {
    await run();
    return { title, ms: ms(), error: undefined };
  } catch (cause) {
    return { title, ms: ms(), error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}

export interface Verdicts {
  /** Returns when the check passed; throws its error, or that it was not reached. */
  demand(title: string): void;
}

/** Outside: runs the program, which ends in `runChecks`, and gathers the verdicts. */
export async function checksOf(program: string, timeoutMs: number): Promise<Verdicts> {
  const verdicts = new Map<string, Verdict>();
  const onLine = (line: string): void => {
    if (!line.startsWith(mark)) return;
    const verdict = JSON.parse(line.slice(mark.length)) as Verdict;
    verdicts.set(verdict.title, verdict);
  };
  const ending = await runWithIpvs({ argv: [process.execPath, program], timeoutMs, onLine }).then(
    ({ exitCode, output }) => `it ended with exit code ${exitCode}:\n${output}`,
    (cause: unknown) => String(cause),
  );
  return {
    demand(title) {
      const verdict = verdicts.get(title);
      if (verdict === undefined) throw new Error(`the program did not come to this check; ${ending}`);
      if (verdict.error !== undefined) throw new Error(verdict.error);
    },
  };
}
