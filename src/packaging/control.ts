// What dpkg is told of the package: its control file, its scripts, its configuration files and the sums of all others.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './bundle.ts';

/** By their names in the control archive, for all that lies below `stage`, which holds nothing else than what is to be installed. */
export async function controlFiles(
  stage: string,
  { version, architecture }: { readonly version: string; readonly architecture: string },
): Promise<Readonly<Record<string, string>>> {
  const installed = await filesBelow(stage);
  const values = { version, architecture, installedSize: String(await kibibytes(stage, installed)) };
  const control = (await source('control')).replaceAll(/@(\w+)@/g, (_, name: keyof typeof values) => values[name]);
  return {
    control,
    conffiles: linesOf(installed.filter(isConfiguration).map((path) => `/${path}`)),
    md5sums: linesOf(await Promise.all(installed.filter((path) => !isConfiguration(path)).map((path) => sumOf(stage, path)))),
    postinst: await source('postinst'),
    prerm: await source('prerm'),
    postrm: await source('postrm'),
  };
}

const isConfiguration = (path: string): boolean => path.startsWith('etc/');
const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const source = (name: string): Promise<string> => readFile(join(repository, 'src/packaging/debian', name), 'utf8');

/** Links are not among them: dpkg keeps no sum of a link. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(directory.length + 1)).toSorted();
}

async function kibibytes(stage: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => Math.ceil((await stat(join(stage, file))).size / 1024)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sumOf(stage: string, path: string): Promise<string> {
  const sum = createHash('md5')
    .update(await readFile(join(stage, path)))
    .digest('hex');
  return `${sum}  ${path}`;
}
