// How a command that fails says so: what was tried on what, why it failed, what to do next.
import { VspairError } from '../errors/catalogue.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { problemJson } from './renderProblems.ts';
import type { World } from './world.ts';

/** With --json standard output carries the error too, so that a reader of JSON always gets some; beside it `more`, and the mistakes
 *  in a file. */
export function reportFailure(error: unknown, json: boolean, { out, err }: Pick<World, 'out' | 'err'>, more: object = {}): ExitCode {
  const known = error instanceof VspairError ? error : unexpected(error);
  if (json) out(JSON.stringify({ error: failureJson(known), ...problemsJson(known), ...more }, null, 2));
  err(`vspair: ${known.message}\n  ${known.advice} [${known.code}]`);
  return known.exitCode;
}

export const failureJson = ({ code, exitCode, message, advice }: VspairError) => ({ code, exitCode, message, advice });

const problemsJson = ({ problems }: VspairError): object => (problems === undefined ? {} : { problems: problems.map(problemJson) });

function unexpected(cause: unknown): VspairError {
  const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new VspairError({ code: 'VSP_UNEXPECTED', object: 'vspair', attempt: 'go on', detail, cause });
}
