// A file with one secret in it: a token, a password, a URL that is one. It is read for each attempt, so that a new one is
// in use at once, and refused when everybody could read it.
import { constants, open } from 'node:fs/promises';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';

const largest = 65_536;

/** Without the white space around it. Throws VspairError: VSP_SECRET_MISSING, VSP_SECRET_UNSAFE, VSP_SECRET_INVALID, VSP_PERMISSION. */
export async function readSecretFile(file: string): Promise<string> {
  try {
    // Without O_NONBLOCK a named pipe would be waited for.
    await using opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await opened.stat();
    const mode = stats.mode & 0o777;
    if (!stats.isFile() || stats.size > largest) throw refusal('VSP_SECRET_INVALID', file, 'it is not a small regular file');
    if ((mode & 0o007) !== 0)
      throw refusal('VSP_SECRET_UNSAFE', file, `its mode is ${mode.toString(8).padStart(4, '0')}, so that everybody has access`);
    const text = (await opened.readFile('utf8')).trim();
    if (text === '') throw refusal('VSP_SECRET_INVALID', file, 'it is empty');
    return text;
  } catch (cause) {
    if (cause instanceof VspairError) throw cause;
    const code = errnoOf(cause) === 'ENOENT' ? 'VSP_SECRET_MISSING' : fileErrorCode(cause, 'VSP_FILE_UNREADABLE');
    throw new VspairError({ code, object: file, attempt, detail: fileErrorText(cause), cause });
  }
}

const attempt = 'read the secret';
const refusal = (code: 'VSP_SECRET_UNSAFE' | 'VSP_SECRET_INVALID', object: string, detail: string): VspairError =>
  new VspairError({ code, object, attempt, detail });
