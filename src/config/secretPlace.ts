// Where a director reads its secret. The daemon's user may not read a file of root's: systemd hands it a copy.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretKey } from '../keeper/messages.ts';
import { loadSecret } from './secret.ts';

/**
 * The copy that `systemctl reload` has brought, else the one that systemd made at the start, else the configured file; see
 * systemd/README.md. Throws what `loadSecret` throws.
 */
export function loadSecretHere(configured: string, env: NodeJS.ProcessEnv): SecretKey[] {
  const copies = [env['RUNTIME_DIRECTORY'], env['CREDENTIALS_DIRECTORY']].flatMap((directory) =>
    directory === undefined ? [] : [join(directory, 'secret')],
  );
  const copy = copies.find((file) => existsSync(file));
  return copy === undefined ? loadSecret(configured) : loadSecret(copy, 'systemd');
}
