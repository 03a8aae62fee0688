// What the kernel tells unasked, when others change links and addresses under a running keeper.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KernelChange } from '../../src/keeper/ports.ts';
import { type OpenKernelPort, openKernelPort } from '../../src/kernel/kernelPort.ts';
import { Cable, dev, soon } from './cable.ts';

const vip = { family: 4, address: '10.0.0.1', prefix: 16, dev } as const;

let cable: Cable;
let kernel: OpenKernelPort;
let changes: KernelChange[];

beforeEach(() => {
  cable = new Cable();
  kernel = cable.on('near', () => openKernelPort());
  changes = [];
});

afterEach(() => {
  kernel.close();
  cable.cut();
});

const listen = (): void => {
  kernel.onChange((change) => changes.push(change));
};

/** What is known of an interface by the changes so far. */
const stateOf = (device: string): string => {
  const last = changes.findLast(
    (change) => (change.type === 'link' && change.link.dev === device) || (change.type === 'linkGone' && change.dev === device),
  );
  if (last === undefined) return 'unknown';
  if (last.type !== 'link') return 'gone';
  return last.link.up ? 'up' : 'down';
};

test('an address that somebody removes is told at once', async () => {
  kernel.holdAddresses([vip], 30);
  listen();
  cable.ip('near', `addr del ${vip.address}/${vip.prefix} dev ${dev}`);
  await soon(() => changes).toContainEqual({ type: 'addressRemoved', address: vip });
});

test('an address that somebody adds is told', async () => {
  listen();
  cable.ip('near', `addr add 2001:db8::5/64 dev ${dev} nodad`);
  const address = { family: 6, address: '2001:db8::5', prefix: 64, dev };
  await soon(() => changes).toContainEqual({ type: 'addressAdded', address });
});

test('a cable that is pulled at the other end is a link that goes down, and comes up with it again', async () => {
  listen();
  cable.ip('far', `link set ${dev} down`);
  await soon(() => stateOf(dev)).toBe('down');
  cable.ip('far', `link set ${dev} up`);
  await soon(() => stateOf(dev)).toBe('up');
});

test('a link that an operator takes down is told', async () => {
  listen();
  cable.ip('near', `link set ${dev} down`);
  await soon(() => stateOf(dev)).toBe('down');
});

test('an interface that is renamed is gone under its old name', async () => {
  listen();
  cable.ip('near', `link set ${dev} down`, `link set ${dev} name wan0`);
  await soon(() => [stateOf(dev), stateOf('wan0')]).toEqual(['gone', 'down']);
});

test('an interface that is removed is gone, its address before it', async () => {
  kernel.holdAddresses([vip], 30);
  listen();
  cable.ip('near', `link del ${dev}`);
  await soon(() => stateOf(dev)).toBe('gone');
  expect(changes.findIndex(({ type }) => type === 'addressRemoved')).toBeGreaterThanOrEqual(0);
  expect(changes.at(-1)).toEqual({ type: 'linkGone', dev });
});

test('an interface that comes later is told, and carries addresses', async () => {
  listen();
  cable.ip('near', 'link add late0 type veth peer name late1', 'link set late0 up', 'link set late1 up');
  await soon(() => stateOf('late0')).toBe('up');
  expect(kernel.holdAddresses([{ ...vip, dev: 'late0' }], 30)).toEqual([]);
});

test('an interface that becomes a port of a bridge and leaves it is never gone', () => {
  listen();
  cable.ip('near', 'link add br0 type bridge', `link set ${dev} master br0`, `link set ${dev} nomaster`);
  kernel.drainChanges();
  expect(stateOf('br0')).not.toBe('unknown');
  expect(changes.filter(({ type }) => type === 'linkGone')).toEqual([]);
});

test('what happened can be asked for before a decision, without a turn of the event loop', () => {
  kernel.holdAddresses([vip], 30);
  listen();
  kernel.drainChanges();
  cable.ip('near', `addr del ${vip.address}/${vip.prefix} dev ${dev}`);
  kernel.drainChanges();
  expect(changes.at(-1)).toEqual({ type: 'addressRemoved', address: vip });
});

test('what happens between opening and listening is told', () => {
  cable.ip('near', `addr add ${vip.address}/${vip.prefix} dev ${dev}`);
  kernel.drainChanges();
  listen();
  kernel.drainChanges();
  expect(changes).toContainEqual({ type: 'addressAdded', address: vip });
});

test('when more happens than the kernel can queue, the keeper is told to look anew', () => {
  listen();
  const vips = Array.from({ length: 250 }, (_, position) => ({ ...vip, address: `10.0.3.${position}` }));
  for (let round = 0; round < 40; round += 1) {
    kernel.holdAddresses(vips, 30);
    kernel.releaseAddresses(vips);
  }
  kernel.drainChanges();
  expect(changes).toContainEqual({ type: 'overrun' });
  cable.ip('near', `addr add ${vip.address}/${vip.prefix} dev ${dev}`);
  kernel.drainChanges();
  expect(changes.at(-1)).toEqual({ type: 'addressAdded', address: vip });
});
