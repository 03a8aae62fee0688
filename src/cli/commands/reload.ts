// `vspair reload`: the configuration and the secret are read again, and what is new is put in force, or nothing at all.
import { changeText, type ReloadResult } from '../../control/reload.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { reportFailure } from '../failure.ts';
import type { GlobalOptions } from '../options.ts';
import { counted, problemLines } from '../renderProblems.ts';
import type { World } from '../world.ts';

interface ReloadOptions extends GlobalOptions {
  readonly dryRun: boolean;
}

type Refusal = Extract<ReloadResult, { readonly ok: false }>;

const patienceMs = 30_000;

export function addReload(parser: Parser, choose: Choose): void {
  parser.command(
    'reload',
    'Put a changed configuration or secret in force, without a restart',
    (command) =>
      command
        .option('dry-run', { type: 'boolean', default: false, describe: 'Only tell what would change' })
        .example('$0 reload --dry-run', 'what is new, and what it would do')
        .example('$0 reload', 'as systemctl reload vspair does, with an answer'),
    (options) => choose((world) => reload(options, world)),
  );
}

async function reload(options: ReloadOptions, world: World): Promise<ExitCode> {
  return askDaemon(options, world, async (client) => {
    const result = await client.ask('reload', { dryRun: options.dryRun }, { timeoutMs: patienceMs });
    return result.ok ? told(result, options, world) : refused(result, options, world);
  });
}

function told(
  { changes, warnings }: Extract<ReloadResult, { readonly ok: true }>,
  { json, dryRun }: ReloadOptions,
  world: World,
): ExitCode {
  for (const line of problemLines([], warnings)) world.err(line);
  if (json) world.out(JSON.stringify({ ok: true, dryRun, changes, warnings }, null, 2));
  else if (changes.length === 0) world.out('nothing is new in the configuration or the secret');
  else world.out(changes.map((change) => `${dryRun ? 'would change ' : ''}${changeText(change)}\n  ${change.does}`).join('\n'));
  return exitCodes.ok;
}

/** Each obstacle with its advice first, so that the error that ends the command hides none. */
function refused(result: Refusal, { json, config }: ReloadOptions, world: World): ExitCode {
  for (const line of problemLines(result.problems, result.warnings)) world.err(line);
  for (const { what, advice } of result.obstacles) world.err(`${what}\n  ${advice}`);
  const { reason, obstacles, changes } = result;
  return reportFailure(errorOf(result, config), json, world, { ok: false, reason, obstacles, changes });
}

function errorOf({ reason, problems, obstacles }: Refusal, file: string): VspairError {
  const count = counted(problems.length + obstacles.length, 'problem');
  const detail = `${count}; nothing was changed, and the daemon goes on as it was`;
  const facts = { object: file, attempt: 'put it in force', detail, problems };
  switch (reason) {
    case 'invalid':
      return new VspairError({ ...facts, code: 'VSP_CONFIG_INVALID' });
    case 'restart':
    case 'unsafe':
      return new VspairError({ ...facts, code: 'VSP_REFUSED', advice: 'see above; vspair reload --dry-run tells whether it would do now' });
  }
}
