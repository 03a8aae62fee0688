// The editor of the person at the terminal, as $VISUAL or $EDITOR name it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { VspairError } from '../errors/catalogue.ts';

const named = (): string | undefined => [process.env['VISUAL'], process.env['EDITOR']].find((name) => name !== undefined && name !== '');

/** Somebody chose one: it may be a script, which needs no terminal. */
export const editorIsNamed = (): boolean => named() !== undefined;

/** Resolves when it is closed. Throws VspairError VSP_REFUSED when it cannot be started or says that it failed. */
export async function openEditor(file: string): Promise<void> {
  const editor = named() ?? 'vi';
  // By a shell, since people put options into these variables.
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  const detail = `${editor} ended with ${signal ?? `exit code ${code ?? 'unknown'}`}; $VISUAL or $EDITOR names another editor`;
  throw new VspairError({ code: 'VSP_REFUSED', object: file, attempt: 'edit it', detail });
}
