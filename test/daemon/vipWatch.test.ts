// Who answers for the virtual IPs that this director does not hold.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NeighbourStatus } from '../../src/control/status.ts';
import { type Fact, millis, type Vip } from '../../src/core/types.ts';
import { startVipWatch, type VipWatch } from '../../src/daemon/vipWatch.ts';
import type { VipOwner } from '../../src/neighbour/vipOwner.ts';

const vip = (address: string): Vip => ({ family: address.includes(':') ? 6 : 4, address, prefix: 24, dev: 'eth0' });
const [outside, inside] = [vip('10.9.0.1'), vip('10.9.1.1')];
const [mac, strange] = ['02:00:0a:00:00:02', '02:00:0a:00:00:66'];

const afterChange = 2_000;
const later = 300_000;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

let watch: VipWatch;
let asked: string[];
let reports: { readonly now: NeighbourStatus; readonly before: NeighbourStatus | undefined }[];
let held: Vip[];
/** What the neighbour table answers, as long as it takes. */
let owner: () => VipOwner | Promise<VipOwner>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [asked, reports, held] = [[], [], []];
  owner = () => ({ ok: true, mac });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

function watching(...vips: readonly Vip[]): VipWatch {
  watch = startVipWatch({
    vips,
    holds: (one) => Promise.resolve(held.includes(one)),
    ownerOf: async (address) => {
      asked.push(address);
      return owner();
    },
    report: (now, before) => reports.push({ now, before }),
  });
  return watch;
}

const seen = (by: string, { address, dev } = outside): NeighbourStatus => ({ address, dev, mac: by, detail: undefined });
const fact = (told: Fact) => ({ type: 'fact', at: millis(0), fact: told }) as const;
const peerHeard = fact({ type: 'peerHeard', peer: 'vs1' });
const evidence = { active: 'vs1', lastHeardAgo: undefined, activeDownInterval: undefined, late: millis(0) };

test('a while after the start it is asked who answers for each, and told', async () => {
  const running = watching(outside, inside);
  await pass(afterChange - 1);
  expect(asked).toEqual([]);
  await pass(1);
  expect(running.status()).toEqual([seen(mac), seen(mac, inside)]);
  expect(reports).toEqual(running.status().map((now) => ({ now, before: undefined })));
});

test('the same answer again is no news, another one is, with what it was before', async () => {
  watching(outside);
  await pass(afterChange);
  await pass(later);
  expect(asked).toHaveLength(2);
  expect(reports).toHaveLength(1);
  owner = () => ({ ok: true, mac: strange });
  await pass(later);
  expect(reports.at(-1)).toEqual({ now: seen(strange), before: seen(mac) });
});

test('that nobody answers is told with the reason, once', async () => {
  owner = () => ({ ok: false, reason: 'nobody-answers', detail: 'the neighbour table has nobody for it' });
  const running = watching(outside);
  await pass(afterChange);
  await pass(later);
  expect(running.status()).toEqual([{ address: '10.9.0.1', dev: 'eth0', mac: undefined, detail: 'the neighbour table has nobody for it' }]);
  expect(reports).toHaveLength(1);
});

test('a director does not ask for what it holds, and soon forgets what it knew of it', async () => {
  const running = watching(outside, inside);
  await pass(afterChange);
  held = [outside];
  running.noteKeeper(fact({ type: 'becameActive', vrid: 51, reason: 'active-down', evidence }));
  await pass(afterChange);
  expect(running.status()).toEqual([seen(mac, inside)]);
  expect(asked).toEqual([outside, inside, inside].map(({ address }) => address));
});

test.each([
  ['became backup', fact({ type: 'becameBackup', vrid: 51, reason: 'handed-over', to: 'vs1' })],
  ['hears a peer', peerHeard],
])('it is looked soon again, once, when this director %s', async (_title, message) => {
  const running = watching(outside);
  await pass(afterChange);
  running.noteKeeper(message);
  await pass(afterChange);
  expect(asked).toHaveLength(2);
  await pass(afterChange);
  expect(asked).toHaveLength(2);
});

test('nothing else that the keeper tells makes it look', async () => {
  const running = watching(outside);
  await pass(afterChange);
  running.noteKeeper(fact({ type: 'peerLost', peer: 'vs1', lastHeardAgo: millis(400) }));
  running.noteKeeper({ type: 'ready', realtime: 'no' });
  await pass(afterChange);
  expect(asked).toHaveLength(1);
});

test('two looks are never under way at once, since each starts processes: the second one comes behind the first', async () => {
  const slow = Promise.withResolvers<VipOwner>();
  owner = () => slow.promise;
  const running = watching(outside);
  await pass(afterChange);
  running.noteKeeper(peerHeard);
  await pass(afterChange);
  expect(asked).toHaveLength(1);
  slow.resolve({ ok: true, mac });
  await pass(afterChange);
  expect(asked).toHaveLength(2);
});

test('only a few of them are asked for, and none of IPv6, which the neighbour programs do not know', async () => {
  watching(vip('2001:db8::1'), ...[2, 3, 4, 5, 6].map((number) => vip(`10.9.0.${number}`)));
  await pass(afterChange);
  expect(asked).toEqual(['10.9.0.2', '10.9.0.3', '10.9.0.4', '10.9.0.5']);
});

test('after the end nothing is looked at any more, also when a look was under way', async () => {
  const slow = Promise.withResolvers<VipOwner>();
  owner = () => slow.promise;
  const running = watching(outside, inside);
  await pass(afterChange);
  running.close();
  slow.resolve({ ok: true, mac });
  await pass(later);
  expect(asked).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
