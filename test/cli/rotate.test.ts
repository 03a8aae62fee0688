// `keygen --rotate` never takes a key away that a director still works by.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newSecretText } from '../../src/config/keygen.ts';
import { parseSecret } from '../../src/config/secret.ts';
import { type KeyName, keyNames } from '../../src/config/secretChanges.ts';
import type { PeerStatus, StatusReport } from '../../src/control/status.ts';
import { answering } from './answering.ts';
import { directory } from './process.ts';
import { daemon, keeper, report, vsbak } from './report.ts';
import { containing, ran } from './terminal.ts';

const idsIn = (file: string): readonly number[] => parseSecret(readFileSync(file, 'utf8'), file).map(({ id }) => id);
const namesIn = (file: string): readonly KeyName[] => keyNames(parseSecret(readFileSync(file, 'utf8'), file));

/** A secret, as it is after the first step or after the second. */
function secretWith(...ids: readonly number[]): string {
  const file = join(directory(), 'secret');
  const lines = ids.map((id) => newSecretText().replace(/^#.*\n1:/, `${id}:`));
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return file;
}

const answeringPeer = (keys: readonly KeyName[] | undefined): PeerStatus => ({
  ...{ node: 'vsbak', via: 'channel', ageMs: 1 },
  director: { ...vsbak, daemon: daemon(keys === undefined ? {} : { keys }) },
});

const reportOf = (own: readonly KeyName[], peer: PeerStatus): StatusReport =>
  report({ self: { keeper: keeper(), daemon: daemon({ keys: own }) }, peers: [peer] });

async function rotated(file: string, status: StatusReport, ...more: readonly string[]) {
  const socket = await answering({ status: () => status });
  return ran(['keygen', '--rotate', '--out', file, '--socket', socket, ...more]);
}

test('each step is made when the one before is in force on both directors', async () => {
  for (const [before, after] of [
    [[1], [1, 2]],
    [
      [1, 2],
      [2, 1],
    ],
    [[2, 1], [2]],
  ] as const) {
    const file = secretWith(...before);
    const keys = namesIn(file);
    expect(await rotated(file, reportOf(keys, answeringPeer(keys)))).toMatchObject({ err: '', exitCode: 0 });
    expect(idsIn(file)).toEqual(after);
  }
});

test('a peer of an older version, which does not tell its keys, holds nothing up', async () => {
  const file = secretWith(1, 2);
  expect(await rotated(file, reportOf(namesIn(file), answeringPeer(undefined)))).toMatchObject({ exitCode: 0 });
});

const silent: PeerStatus = { node: 'vsbak', via: 'none', detail: 'timeout' };

test.each<[string, string, (keys: readonly KeyName[]) => StatusReport]>([
  ['here', 'step 2 is not in force on vs1', (keys) => reportOf(keys.toReversed(), answeringPeer(keys))],
  [
    'on the peer, which still signs with the old key',
    'step 2 is not in force on vsbak',
    (keys) => reportOf(keys, answeringPeer(keys.toReversed())),
  ],
  [
    'on the peer, which has another key of that id',
    'step 2 is not in force on vsbak',
    (keys) => reportOf(keys, answeringPeer(namesIn(secretWith(2, 1)))),
  ],
  ['on a peer that does not answer, for all that is known', 'on vsbak is not known', (keys) => reportOf(keys, silent)],
])('a step before which the last one is not in force %s is refused, and --force makes it', async (_, reason, status) => {
  const file = secretWith(2, 1);
  const now = status(namesIn(file));
  expect(await rotated(file, now)).toMatchObject({ out: '', err: containing(reason), exitCode: 4 });
  expect(idsIn(file)).toEqual([2, 1]);
  expect(await rotated(file, now, '--force')).toMatchObject({ exitCode: 0 });
  expect(idsIn(file)).toEqual([2]);
});

test('without a daemon that answers it is refused, with --force as the way out', async () => {
  const file = secretWith(1, 2);
  const words = ['keygen', '--rotate', '--out', file, '--socket', join(directory(), 'none.sock')];
  expect(await ran(words)).toMatchObject({ err: containing('no daemon answers'), exitCode: 4 });
  expect((await ran(words)).err).toContain('--force');
  expect(idsIn(file)).toEqual([1, 2]);
  expect(await ran([...words, '--force'])).toMatchObject({ exitCode: 0 });
});
