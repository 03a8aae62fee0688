// `vspair keygen`: a new secret for a cluster.
import { newSecretText, writeNewSecret } from '../../config/keygen.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Choose, Parser } from '../cli.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface KeygenOptions extends GlobalOptions {
  readonly out: string | undefined;
  readonly force: boolean;
}

export function addKeygen(parser: Parser, choose: Choose): void {
  parser.command(
    'keygen',
    'Make the secret that the directors of a cluster share',
    (command) =>
      command
        .option('out', { type: 'string', requiresArg: true, describe: 'The file to write, mode 0600  [default: standard output]' })
        .option('force', { type: 'boolean', default: false, describe: 'Replace the file if there is one' })
        .example('$0 keygen --out /etc/vspair/secret', 'then copy it to every other director'),
    (options) => choose((world) => keygen(options, world)),
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
