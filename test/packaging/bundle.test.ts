// The bundled program. The lab's directors run it too; here is what they would not notice.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../../src/cli/version.ts';
import { bundle } from '../../src/packaging/bundle.ts';

const directory = mkdtempSync(join(tmpdir(), 'vspair-bundle-'));
let metafile: Metafile;
beforeAll(async () => {
  metafile = await bundle(join(directory, 'program'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('it knows its version without package.json, and does not ask for its sources', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(directory, 'program/vspair.js'), '--version'], { cwd: '/' });
  expect(stdout.trim()).toBe(version);
});

test('all that it imports and does not hold is Node and koffi', () => {
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  const packages = imported.map(({ path }) => path).filter((path) => !path.startsWith('node:') && !builtinModules.includes(path));
  // `debug`, a part of ioredis, tries it and goes on without.
  expect(new Set(packages.filter((name) => name !== 'supports-color'))).toEqual(new Set(['koffi']));
});

test('nothing in it is started by the file of a source', () => {
  const texts = readdirSync(join(directory, 'program')).map((file) => readFileSync(join(directory, 'program', file), 'utf8'));
  expect(texts.flatMap((text) => text.match(/new URL\(["'][^"']+\.ts["']/g) ?? [])).toEqual([]);
});
