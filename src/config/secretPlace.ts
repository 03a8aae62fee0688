// Where a director reads its secret. The daemon's user may not read a file of root's: systemd hands it a copy.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../errors/place.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { loadSecret } from './secret.ts';

/**
 * From the copy that `systemctl reload` has brought, else the one that systemd made at the start, else the configured file;
 * see systemd/README.md. Throws what `loadSecret` throws.
 */
export function loadSecretHere(configured: string, env: NodeJS.ProcessEnv): SecretKey[] {
  const copy = copyHere(env);
  return copy === undefined ? loadSecret(configured) : loadSecret(copy, 'systemd');
}

/** That the configured file was changed after the copy was made, which is what a reload without systemd would read. */
export function secretDoubts(configured: string, env: NodeJS.ProcessEnv): Problem[] {
  const copy = copyHere(env);
  if (copy === undefined || changedAt(configured) <= changedAt(copy)) return [];
  const what = `it was changed after ${copy} was made, which is what this daemon can read`;
  return [{ place: { file: configured, line: 1, column: 1 }, what, expected: 'a reload that brings it along: systemctl reload vspair' }];
}

function copyHere({ RUNTIME_DIRECTORY: runtime, CREDENTIALS_DIRECTORY: credentials }: NodeJS.ProcessEnv): string | undefined {
  const copies = [runtime, credentials].flatMap((directory) => (directory === undefined ? [] : [join(directory, 'secret')]));
  return copies.find((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > placeholderBytes);
}

/** What the unit has in place of a secret that is missing: a line end, since systemd takes no empty credential. */
const placeholderBytes = 1;

/** Of the inode, since a file that was copied may carry the time of its original. What is not there was never changed. */
const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
