// `vspair init` as a stranger meets it: at a real terminal, on a host of the lab, to a pair that takes over.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { Director } from '../lab/director.ts';
import { program } from '../lab/program.ts';
import { type Session, typed } from './typing.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await createCluster();
});

afterAll(() => cluster.close());

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vspair-init-'));
  cluster.onClose(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** At a terminal of vs1. The shell's host name is that of the machine that the lab runs on. */
const init = (path: string, flags: string, answers: Parameters<typeof typed>[2]): Promise<Session> =>
  cluster.vs1.on(() => {
    const words = [...program, 'init', '--config', join(path, 'vspair.yaml'), '--node', 'vs1'];
    return typed(['sh', '-c', `${words.join(' ')} ${flags} > ${join(path, 'out')}`], {}, answers);
  });

test('from the answers to a pair that takes over', async () => {
  const path = folder();
  const { shown, exitCode } = await init(path, '--servers ""', [
    { prompt: 'Name of the cluster [lvs]: ', answer: 'web\r' },
    { prompt: "other director's host name", answer: 'vsbak\r' },
    { prompt: 'heartbeat link [10.0.0.2,192.168.1.2]: ', answer: '\r' },
    { prompt: 'in the same order', answer: '192.168.1.3,10.0.0.3\r' },
    { prompt: '192.168.1.3 is not in the network of 10.0.0.2/24 on eth0', answer: '10.0.0.3,192.168.1.3\r' },
    { prompt: 'Forwarding method: ', answer: 'nat\r' },
    // What is typed ahead answers what is asked next.
    { prompt: 'Virtual IP, to which the clients connect', answer: '10.0.0.1\r\r192.168.1.254\r' },
    { prompt: 'Interface of the inside virtual IP [eth1]: ', answer: '\r' },
    { prompt: 'VRID', answer: '\r' },
    { prompt: 'or none [eth1]: ', answer: 'none\r' },
  ]);
  expect({ shown, exitCode }).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(path, 'out'), 'utf8')).toMatch(/^Written: .*\n(.*\n)+1\. Copy the files to vsbak:\n/);
  await takesOver(path);
});

/** The copy that the steps tell of, a daemon on each, and the virtual IP on the other one. */
async function takesOver(path: string): Promise<void> {
  const vs1 = new Director(cluster.vs1, path, {});
  await vs1.untilPhase('active', 20_000);
  const theirs = folder();
  copyFileSync(join(path, 'vspair.yaml'), join(theirs, 'vspair.yaml'));
  const vsbak = new Director(cluster.vsbak, theirs, {});
  await vsbak.until(({ healthy }) => healthy, 20_000);
  expect(await vsbak.command('failover', '--yes')).toMatchObject({ exitCode: 0 });
  const { self } = await vsbak.untilPhase('active');
  expect(self.keeper.groups[0]?.vips.map(({ address, held }) => [address, held])).toEqual([
    ['10.0.0.1', true],
    ['192.168.1.254', true],
  ]);
}

test.each([
  ['control-C', '\u0003'],
  ['control-D', '\u0004'],
])('who leaves by %s leaves nothing behind', async (_, key) => {
  const path = folder();
  const { shown, exitCode } = await init(path, '', [
    { prompt: 'Name of the cluster', answer: 'web\r' },
    { prompt: 'host name', answer: key },
  ]);
  expect(shown).toContain('the questions were left; nothing was changed');
  expect({ exitCode, files: readdirSync(path) }).toEqual({ exitCode: 2, files: ['out'] });
});

test('without a terminal the interfaces of this host answer what they can', async () => {
  const path = folder();
  const words = ['init', '--config', join(path, 'vspair.yaml'), '--node', 'vs1', '--peer', 'vsbak', '--forward', 'dr', '--vip', '10.0.0.1'];
  await cluster.vs1.exec([...program, ...words, '--peer-addresses', '10.0.0.3,192.168.1.3']);
  expect(loadConfig(join(path, 'vspair.yaml'))).toMatchObject({
    ok: true,
    config: { directors: [{ addresses: ['10.0.0.2', '192.168.1.2'] }, {}], groups: [{ vips: [{ prefix: 24, dev: 'eth0' }] }] },
  });
});
