// The Debian package as it lies there: what is in it, and what Debian's own critic says of it.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDeb } from '../../src/packaging/deb.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'vspair-deb-test-'));
let file: string;

beforeAll(async () => {
  file = await buildDeb({ directory, compression: 'gzip' });
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

test('it brings the program with its runtime, the unit, the manual, completions and examples', async () => {
  const { stdout } = await run('dpkg-deb', ['--contents', file], { maxBuffer: 2 ** 24 });
  const paths = stdout.split('\n').map((line) => line.split(/\s+/)[5]);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['./usr/bin/vspair', './usr/lib/vspair/vspair.js', './usr/lib/vspair/node', './usr/lib/systemd/system/vspair.service'],
      ...['./etc/vspair/vspair.yaml.example', './usr/share/man/man1/vspair-rules.1.gz', './usr/share/man/man5/vspair.yaml.5.gz'],
      ...['./usr/share/bash-completion/completions/vspair', './usr/share/zsh/vendor-completions/_vspair'],
      './usr/share/fish/vendor_completions.d/vspair.fish',
    ]),
  );
  expect(paths.filter((path) => /\.(?:ts|map)$/.test(path ?? ''))).toEqual([]);
});

test('all of it belongs to root, and nothing can be written by others', async () => {
  const { stdout } = await run('dpkg-deb', ['--contents', file], { maxBuffer: 2 ** 24 });
  const entries = stdout.trimEnd().split('\n');
  expect(entries.filter((line) => !line.includes(' root/root '))).toEqual([]);
  expect(entries.filter((line) => !line.startsWith('l') && line[8] === 'w')).toEqual([]);
});

test('lintian finds nothing that is not explained', { timeout: 180_000 }, () => {
  const wishes = ['--allow-root', '--fail-on', 'error,warning', '--tag-display-limit', '0'];
  const { stdout, status } = spawnSync('lintian', [...wishes, file], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
