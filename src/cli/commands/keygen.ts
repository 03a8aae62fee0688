// `vspair keygen`: a new secret for a cluster.
import { newSecretText, writeNewSecret } from '../../config/keygen.ts';
import { loadConfig } from '../../config/load.ts';
import { nextRotation } from '../../config/rotation.ts';
import { loadSecret } from '../../config/secret.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Choose, Parser } from '../cli.ts';
import { mustBeInForce } from '../keysInForce.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface KeygenOptions extends GlobalOptions {
  readonly out: string | undefined;
  readonly force: boolean;
  readonly rotate: boolean;
}

export function addKeygen(parser: Parser, choose: Choose): void {
  parser.command(
    'keygen',
    'Make the secret that the directors of a cluster share',
    (command) =>
      command
        .option('out', { type: 'string', requiresArg: true, describe: 'The file to write, mode 0600  [default: standard output]' })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Replace the file if there is one; rotate though a director is behind',
        })
        .option('rotate', {
          type: 'boolean',
          default: false,
          describe: 'Take the secret file (--out, else the one of the configuration) to the next of three steps to a new key',
        })
        .example('$0 keygen --rotate', 'then as it says: copy the file, reload both, and again')
        .example('$0 keygen --out /etc/vspair/secret', 'then copy it to every other director'),
    (options) => choose((world) => (options.rotate ? rotate(options, world) : keygen(options, world))),
  );
}

function keygen({ out: file, force, json }: KeygenOptions, { out }: World): ExitCode {
  const secret = newSecretText();
  if (file === undefined) out(json ? JSON.stringify({ secret }, null, 2) : secret.trimEnd());
  else {
    writeNewSecret(file, secret, force);
    out(json ? JSON.stringify({ file }, null, 2) : `${file}: written, mode 0600; copy it to every other director`);
  }
  return exitCodes.ok;
}

const everywhere = 'copy it to every other director, and systemctl reload vspair on each of them and here (without systemd: vspair reload)';

const nextSteps = {
  1: `${everywhere}; then vspair keygen --rotate again, for step 2`,
  2: `${everywhere}; then vspair keygen --rotate again, for step 3`,
  3: `${everywhere}: then the rotation is complete`,
} as const;

/** What a file has to which the step is the next one. */
const madeBefore = { 1: 'the key of the file', 2: 'step 1', 3: 'step 2' } as const;

async function rotate(options: KeygenOptions, world: World): Promise<ExitCode> {
  const file = options.out ?? configuredSecret(options.config);
  const keys = loadSecret(file);
  const { step, does, text } = nextRotation(keys, file);
  if (!options.force) await mustBeInForce({ file, keys, made: madeBefore[step] }, options, world);
  writeNewSecret(file, text, true);
  const next = nextSteps[step];
  world.out(options.json ? JSON.stringify({ file, step, does, next }, null, 2) : `${file}: step ${step} of 3: ${does}\n  ${next}`);
  return exitCodes.ok;
}

/** Throws VspairError: VSP_CONFIG_INVALID when the configuration does not say where it is. */
function configuredSecret(file: string): string {
  const read = loadConfig(file);
  if (read.ok) return read.config.secretFile;
  const detail = `${file} has mistakes; name the secret by --out`;
  throw new VspairError({ code: 'VSP_CONFIG_INVALID', object: file, attempt: 'find the secret', detail, problems: read.problems });
}
