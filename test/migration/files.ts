// Files that the readers are tried on: our own beside this one, and the samples that Debian's packages of keepalived and
// ldirectord bring, which are fetched and unpacked, not installed, and not part of the repository.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labEnv } from '../lab/labProcess.ts';

export const fixture = (name: string): string => join(import.meta.dirname, 'files', name);

const cache = join(import.meta.dirname, '../../node_modules/.cache/vspair-samples');

const places = { keepalived: 'usr/share/doc/keepalived/samples', ldirectord: 'usr/share/doc/ldirectord/examples' } as const;

/** Whole names, in order. They have to be there: `fetchSamples` sees to that. */
export function samplesIn(name: keyof typeof places): readonly string[] {
  const folder = join(cache, name, places[name]);
  return readdirSync(folder)
    .filter((file) => /\.(conf|cf)/.test(file))
    .sort()
    .map((file) => join(folder, file));
}

export const samplesWith = (name: keyof typeof places, pattern: RegExp): readonly string[] =>
  samplesIn(name).filter((file) => pattern.test(readFileSync(file, 'utf8')));

/** Once on a machine; needs apt and its sources. */
export function fetchSamples(): void {
  for (const name of ['keepalived', 'ldirectord']) {
    const folder = join(cache, name);
    if (!existsSync(folder)) fetchInto(folder, name);
  }
}

function fetchInto(folder: string, name: string): void {
  const beside = `${folder}.new-${process.pid}`;
  mkdirSync(beside, { recursive: true });
  try {
    download(name, beside);
    const [archive = ''] = readdirSync(beside).filter((file) => file.endsWith('.deb'));
    execFileSync('dpkg-deb', ['-x', join(beside, archive), join(beside, 'tree')], { env: labEnv() });
    renameSync(join(beside, 'tree'), folder);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function download(name: string, folder: string): void {
  const get = (args: readonly string[]): unknown =>
    execFileSync('apt-get', ['-qq', ...args], { cwd: folder, env: labEnv(), stdio: 'pipe' });
  try {
    get(['download', name]);
  } catch {
    // Without lists there is no package of any name.
    get(['update']);
    get(['download', name]);
  }
}
