import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/load.ts';
import { keeperBoot } from '../../src/daemon/boot.ts';
import type { KeeperBoot } from '../../src/keeper/messages.ts';
import type { NodeState } from '../../src/store/nodeState.ts';

const text = `cluster: web
directors:
  vsbak: { priority: 100, addresses: [10.0.0.3, 192.168.1.3] }
  vs3:   { priority: 50, addresses: [10.0.0.4, 192.168.1.4] }
  vs1:   { priority: 150, addresses: [10.0.0.2, 192.168.1.2] }
heartbeat: { port: 1113, interval: 100ms }
groups:
  - { name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }
`;

const memory: NodeState = {
  incarnation: 7,
  marks: [{ node: 'vsbak', incarnation: 3, sequence: 99 }],
  maintenance: () => ({ reason: null, author: null, since: null }),
  raiseIncarnation: () => Promise.resolve(),
  keepMark: () => undefined,
  keepMaintenance: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
const keys = [{ id: 1, key: new Uint8Array(32) }];
const rules = { revision: 3, digest: '00112233aabbccdd', ready: true };

function configOf(interval = '100ms'): Config {
  const read = parseConfig(text.replace('100ms', interval), 'vspair.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.config;
}

function bootOf(name: string, config = configOf()): KeeperBoot {
  const node = config.directors.find((director) => director.name === name);
  if (node === undefined) throw new Error(`there is no ${name}`);
  return keeperBoot({ config, node, keys, memory, rules });
}

test('the keeper is born with what this director remembers', () => {
  expect(bootOf('vs1')).toMatchObject({
    cluster: 'web',
    port: 1113,
    keys,
    marks: memory.marks,
    maintenance: true,
    rules,
    core: { self: 'vs1', incarnation: 7 },
  });
});

test('links are in the order of its own addresses, and on each the peers in the order of the configuration', () => {
  expect(bootOf('vs1').links).toEqual([
    {
      local: '10.0.0.2',
      peers: [
        { node: 'vsbak', address: '10.0.0.3' },
        { node: 'vs3', address: '10.0.0.4' },
      ],
    },
    {
      local: '192.168.1.2',
      peers: [
        { node: 'vsbak', address: '192.168.1.3' },
        { node: 'vs3', address: '192.168.1.4' },
      ],
    },
  ]);
});

test('each director has its own links, to all but itself', () => {
  expect(bootOf('vs3').links.map(({ local, peers }) => [local, ...peers.map(({ node }) => node)])).toEqual([
    ['10.0.0.4', 'vsbak', 'vs1'],
    ['192.168.1.4', 'vsbak', 'vs1'],
  ]);
});

describe('the kernel keeps a virtual IP longer than any backup waits, though its renewal was due: whole seconds, at least two', () => {
  test.each([
    ['10ms', 2],
    ['100ms', 2],
    // Active_Down_Interval of priority 1: 3.996 s, 11.988 s, 159.84 s.
    ['1s', 6],
    ['3s', 16],
    ['40s', 214],
  ])('at an Advertisement_Interval of %s it is %i s', (interval, seconds) => {
    expect(bootOf('vs1', configOf(interval)).leaseSeconds).toBe(seconds);
  });
});
