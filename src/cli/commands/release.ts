// `vspair release`: clears up after a daemon that died and does not come back.

import type { Released } from '../../daemon/release.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Choose, Parser } from '../cli.ts';
import { type GlobalOptions, socketOf } from '../options.ts';
import { counted } from '../renderProblems.ts';
import type { World } from '../world.ts';

export function addRelease(parser: Parser, choose: Choose): void {
  parser.command(
    'release',
    'Take out of the kernel what a daemon that is gone left there: virtual IPs and virtual services',
    (command) =>
      command
        .example('$0 release', 'after the daemon was killed, and is not to come back')
        .epilogue('A daemon that is asked to stop releases its virtual IPs by itself. One that starts again goes on with what is there.'),
    (options) => choose((world) => release(options, world)),
  );
}

async function release(options: GlobalOptions, world: World): Promise<ExitCode> {
  if (await answers(socketOf(options), world)) {
    throw new VspairError({
      code: 'VSP_REFUSED',
      object: 'vspair release',
      attempt: 'take the virtual IPs and services of this director out',
      detail: 'its daemon runs and would put them back',
      advice: 'stop it first: systemctl stop vspair; or hand over by vspair maintenance on',
    });
  }
  const released = await world.releaseKernel(options.stateDir, ({ file, problem, detail }) =>
    world.err(`vspair: ${file}: ${problem}: ${detail}`),
  );
  world.out(options.json ? JSON.stringify(released, null, 2) : releasedText(released));
  return released.failures.length === 0 ? exitCodes.ok : exitCodes.kernel;
}

async function answers(socket: string, { connect }: World): Promise<boolean> {
  try {
    (await connect(socket)).close();
    return true;
  } catch (error) {
    if (error instanceof VspairError && error.code === 'VSP_DAEMON_NOT_REACHABLE') return false;
    throw error;
  }
}

function releasedText({ addresses, services, failures }: Released): string {
  const lines = [
    ...addresses.map((address) => `released ${address}`),
    ...(services === 0 ? [] : [`removed ${counted(services, 'virtual service')}`]),
    ...failures.map(({ object, attempt, errno }) => `${object}: ${attempt} failed: ${errno}`),
  ];
  return lines.length === 0 ? 'there was nothing left to release' : lines.join('\n');
}
