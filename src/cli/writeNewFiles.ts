// Files that a command makes: all of them or none, and none in the place of another unless that is wanted.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VspairError } from '../errors/catalogue.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';

/** `texts` by file name. Throws VspairError: VSP_FILE_EXISTS (unless `replace`), VSP_PERMISSION or VSP_FILE_UNWRITABLE. */
export function writeNewFiles(directory: string, texts: Readonly<Record<string, string>>, replace: boolean): void {
  const files = Object.entries(texts).map(([name, text]) => ({ file: join(directory, name), text }));
  const there = files.find(({ file }) => existsSync(file));
  if (there !== undefined && !replace)
    throw new VspairError({ code: 'VSP_FILE_EXISTS', object: there.file, attempt: 'write it', detail: 'it exists already' });
  for (const { file, text } of files) written(directory, file, text, replace);
}

function written(directory: string, file: string, text: string, replace: boolean): void {
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, text, { flag: replace ? 'w' : 'wx' });
  } catch (cause) {
    throw new VspairError({
      code: fileErrorCode(cause, 'VSP_FILE_UNWRITABLE'),
      object: file,
      attempt: 'write it',
      detail: fileErrorText(cause),
      cause,
    });
  }
}
