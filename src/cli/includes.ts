// The files that an include of a foreign configuration names, as keepalived finds them: by glob(3) from the directory of
// the including file, in the order of their names, and no executables.
import { globSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { VspairError } from '../errors/catalogue.ts';
import type { FindFiles, FoundFiles } from '../migration/source.ts';
import { readTextFile } from '../text/file.ts';

export const findFiles: FindFiles = (pattern, from) => {
  const whole = isAbsolute(pattern) ? pattern : join(dirname(from), pattern);
  const found = globSync(whole).toSorted().map(readIncluded);
  return { files: found.flatMap(({ files }) => files), skipped: found.flatMap(({ skipped }) => skipped) };
};

function readIncluded(file: string): FoundFiles {
  try {
    const { mode } = statSync(file);
    const isFile = (mode & 0o170000) === 0o100000;
    if (!isFile || (mode & 0o111) !== 0)
      return { files: [], skipped: isFile ? [{ file, why: 'it is executable, and keepalived passes it over' }] : [] };
    return { files: [{ file, text: readTextFile(file).toString('utf8') }], skipped: [] };
  } catch (error) {
    return { files: [], skipped: [{ file, why: error instanceof VspairError ? error.message : String(error) }] };
  }
}
