// `vspair run`: the daemon of one director, in the foreground.
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Choose, Parser } from '../cli.ts';
import { reportFailure } from '../failure.ts';
import type { GlobalOptions } from '../options.ts';
import { readinessOf } from '../readiness.ts';
import { counted, problemLines } from '../renderProblems.ts';
import type { World } from '../world.ts';

export function addRun(parser: Parser, choose: Choose): void {
  parser.command(
    'run',
    'Run the daemon of this director',
    (command) =>
      command
        .example('$0 run', 'with /etc/vspair/vspair.yaml, as the service does')
        .example('$0 run --config lab.yaml --node vs1 --state-dir /tmp/vs1 --socket /tmp/vs1.sock', 'one of several on one machine'),
    (options) => choose((world) => run(options, world)),
  );
}

async function run(options: GlobalOptions, world: World): Promise<ExitCode> {
  const { loaded, node, keys, problems, warnings, failures } = readinessOf(options, world);
  for (const line of problemLines(problems, warnings)) world.err(line);
  for (const failure of failures) reportFailure(failure, false, world);
  if (problems.length > 0) world.err(`vspair: not started: ${counted(problems.length, 'problem')} in ${options.config}`);
  if (problems.length > 0 || loaded === undefined) return exitCodes.configInvalid;
  if (node === undefined || keys === undefined) return failures[0]?.exitCode ?? exitCodes.configInvalid;
  const { config } = loaded;
  return world.startDaemon({
    config,
    node,
    keys,
    readAgain: () => readinessOf(options, world),
    stateDir: options.stateDir,
    socket: options.socket ?? config.control.socket,
    version: world.version,
  });
}
