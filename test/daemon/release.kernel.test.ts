// What `vspair release` takes out of a real kernel, after a daemon that does not come back.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Vip } from '../../src/core/types.ts';
import { addressFile } from '../../src/store/addressFile.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { program } from '../lab/program.ts';

let cluster: Cluster;
let state: string;

beforeAll(async () => {
  cluster = await createCluster({ links: 1 });
});
afterAll(() => cluster.close());
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'vspair-release-'));
  cluster.onClose(() => rmSync(state, { recursive: true, force: true }));
});

const vip4: Vip = { family: 4, address: '10.0.0.1', prefix: 24, dev: 'eth0' };
const vip6: Vip = { family: 6, address: '2001:db8::1', prefix: 64, dev: 'eth0' };

const ip = (...words: readonly string[]): Promise<string> => cluster.vs1.exec(['ip', ...words]);
const addresses = (): Promise<string> => ip('-br', 'address', 'show', 'dev', 'eth0');
const noted = (...vips: readonly Vip[]): Promise<void> =>
  addressFile(state, ({ detail }) => {
    throw new Error(detail);
  }).note(vips);

const release = (): Promise<string> =>
  cluster.vs1.exec([...program, 'release', '--state-dir', state, '--socket', join(state, 'none'), '--config', join(state, 'none')]);

test('the virtual IPs that the daemon may have added, and no other address', async () => {
  await noted(vip4, vip6, { ...vip4, address: '10.0.0.7' });
  for (const address of ['10.0.0.1/24', '10.0.0.99/24', '2001:db8::1/64']) await ip('address', 'add', address, 'dev', 'eth0');
  expect((await release()).split('\n')).toEqual(['released 10.0.0.1/24 dev eth0', 'released 2001:db8::1/64 dev eth0', '']);
  const left = await addresses();
  expect(left).toContain('10.0.0.99/24');
  expect(left).not.toMatch(/10\.0\.0\.1\/|2001:db8::1/);
  expect(await release()).toBe('there was nothing left to release\n');
});

test('a device that is gone took its addresses with it', async () => {
  await noted({ ...vip4, dev: 'gone0' });
  expect(await release()).toBe('there was nothing left to release\n');
});

test('what root writes meanwhile belongs to the owner of the state directory, who must be able to read it', async () => {
  await chown(state, 12_345, 12_345);
  await noted(vip4);
  const { uid, gid } = statSync(join(state, 'virtual-ips.json'));
  expect([uid, gid]).toEqual([12_345, 12_345]);
});
