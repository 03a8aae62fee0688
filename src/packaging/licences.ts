// Whose work the installed program holds, and on what terms: the copyright file of a package.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface Part {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Its own licence file, whole. */
  readonly text: string;
}

/** The packages of which something was bundled, by their directories below the top of the repository. */
export function packagesIn({ inputs }: Metafile): readonly string[] {
  const found = Object.keys(inputs).flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(found)].toSorted();
}

/** In Debian's machine-readable form. `directories`: of packages, below `repository`. Throws for one without a licence file. */
export async function copyrightText(repository: string, directories: readonly string[]): Promise<string> {
  const own = await readFile(join(repository, 'package.json'), 'utf8');
  const { license } = JSON.parse(own) as { readonly license: string };
  const parts = await Promise.all(directories.map((directory) => partIn(join(repository, directory))));
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: vspair',
    `Files: *\nCopyright: The vspair developers\nLicense: ${license}`,
    ...parts.map(stanza),
  ].join('\n\n');
}

async function partIn(directory: string): Promise<Part> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license: string;
  };
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? await licenceOfParent(name, directory) : await readFile(join(directory, file), 'utf8');
  return { name, version, licence: license, text: license === 'Apache-2.0' ? apache : text };
}

/** Debian's rule: a licence that every system has is named, not given again. */
const apache = 'On Debian systems the whole text is in /usr/share/common-licenses/Apache-2.0.';

/** A package of nothing but a binary has no file of its own: the one that it belongs to has. */
function licenceOfParent(name: string, directory: string): Promise<string> {
  const parent = /^@koromix\/(koffi)-/.exec(name)?.[1];
  if (parent === undefined) throw new Error(`${name} comes without a licence: it cannot be given away in a package`);
  return readFile(join(directory, '../..', parent, 'LICENSE.txt'), 'utf8');
}

/** Of a paragraph each line is indented, and an empty one is a full stop. */
function stanza({ name, version, licence, text }: Part): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`));
  const copyright = /copyright .*/i.exec(text)?.[0] ?? `The authors of ${name}`;
  return [`Files: ${name}`, `Comment: ${name} ${version}`, `Copyright: ${copyright}`, `License: ${licence}-${name}`, ...lines].join('\n');
}
