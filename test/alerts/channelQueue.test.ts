import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type ChannelReport, createChannelQueue, type QueueDisk, type Told } from '../../src/alerts/channelQueue.ts';
import type { Delivery } from '../../src/alerts/delivery.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const item = (text: string): Told => ({ id: `id of ${text}`, text });
const forever = (): Promise<never> => Promise.withResolvers<never>().promise;
const notNow: Delivery = { ok: false, again: true, detail: 'not now' };

interface Wishes {
  readonly deliver: (text: string, signal: AbortSignal) => Delivery | Promise<Delivery>;
  readonly limit?: number;
  readonly attempts?: number;
  readonly disk?: QueueDisk<Told>;
}

/** Pauses are a turn of the loop long. */
function queueOf({ deliver, limit = 100, attempts = 3, disk }: Wishes) {
  const reports: string[] = [];
  const told: string[] = [];
  const queue = createChannelQueue<Told>({
    name: 'pager',
    limit,
    disk,
    pauseAfter: (count) => (count < attempts ? 0 : undefined),
    report: (report) => reports.push(lineOf(report)),
    async deliver({ text }, signal) {
      told.push(text);
      return deliver(text, signal);
    },
  });
  ends.push(() => queue.stop());
  return { queue, reports, told };
}

const lineOf = (report: ChannelReport): string =>
  `${report.type} ${report.event.text} ${report.attempts}${report.type === 'delivered' ? '' : `: ${report.detail}`}`;

/** Remembers what is on it. */
function remember(accepts = (): boolean => true) {
  const onDisk = new Map<number, string>();
  const disk: QueueDisk<Told> = {
    async add({ number, item: { text } }) {
      if (accepts()) onDisk.set(number, text);
      return onDisk.has(number);
    },
    async remove(number) {
      onDisk.delete(number);
    },
    settled: () => turn(),
  };
  return { disk, texts: () => [...onDisk.values()] };
}

test('what fails for now is tried again, in its place: nothing overtakes it', async () => {
  const answers = [notNow, notNow];
  const { queue, reports, told } = queueOf({ deliver: () => answers.shift() ?? { ok: true } });
  for (const text of ['one', 'two']) queue.add(item(text));
  await queue.idle();
  expect(told).toEqual(['one', 'one', 'one', 'two']);
  expect(reports).toEqual(['delayed one 1: not now', 'delayed one 2: not now', 'delivered one 3', 'delivered two 1']);
  expect(queue.state()).toEqual({ delivered: 2, failed: 0, waiting: 0, unsaved: 0, trouble: undefined });
});

test('what is refused, or fails for too long, is given up and counted, and the next one is told', async () => {
  const answers: Delivery[] = [{ ok: false, again: false, detail: 'no such user' }, notNow, notNow, notNow];
  const { queue, reports } = queueOf({ deliver: () => answers.shift() ?? { ok: true } });
  for (const text of ['refused', 'late', 'told']) queue.add(item(text));
  await queue.idle();
  expect(reports).toEqual([
    'failed refused 1: no such user',
    'delayed late 1: not now',
    'delayed late 2: not now',
    'failed late 3: not now',
    'delivered told 1',
  ]);
  expect(queue.state()).toMatchObject({ delivered: 1, failed: 2, trouble: undefined });
});

test('more than the bound push out the oldest that wait, and each is counted', async () => {
  const { queue, reports } = queueOf({ deliver: () => forever(), limit: 3 });
  ends.pop();
  for (const text of ['under way', 'one', 'two', 'three']) queue.add(item(text));
  expect(reports).toEqual(['failed one 0: more than 3 alerts wait']);
  expect(queue.state()).toMatchObject({ failed: 1, waiting: 3 });
});

test('what is not told yet is on the disk, and off it as soon as it is told or given up', async () => {
  const { disk, texts } = remember();
  const gate: PromiseWithResolvers<Delivery> = Promise.withResolvers();
  const { queue } = queueOf({ disk, deliver: () => gate.promise });
  for (const text of ['one', 'two']) queue.add(item(text));
  await turn();
  expect(texts()).toEqual(['one', 'two']);
  gate.resolve({ ok: true });
  await queue.idle();
  expect(texts()).toEqual([]);
});

test('what an earlier process left is told first, and what comes later has a number behind it', async () => {
  const { disk, texts } = remember();
  const { queue, told } = queueOf({ disk, deliver: () => notNow, attempts: 1 });
  queue.resume([{ number: 7, item: item('left') }]);
  queue.add(item('new'));
  await queue.idle();
  expect(told).toEqual(['left', 'new']);
  expect(texts()).toEqual([]);
});

test('the end leaves to the next process what is on the disk, and gives up what is not', async () => {
  const full = { is: false };
  const { disk, texts } = remember(() => !full.is);
  const { queue, reports } = queueOf({ disk, deliver: (_text, signal) => untilAborted(signal) });
  queue.add(item('under way'));
  queue.add(item('waits'));
  full.is = true;
  queue.add(item('not on disk'));
  await turn();
  expect(queue.state()).toMatchObject({ waiting: 3, unsaved: 1 });
  await queue.stop();
  expect(texts()).toEqual(['under way', 'waits']);
  expect(reports).toEqual(['failed not on disk 0: the daemon ended before it was told']);
});

test('a full disk holds up nothing, and has its chance again with every attempt', async () => {
  const room = [false, true];
  const { disk, texts } = remember(() => room.shift() ?? true);
  const answers: (Delivery | Promise<Delivery>)[] = [notNow, forever()];
  const { queue, told } = queueOf({ disk, deliver: () => answers.shift() ?? { ok: true } });
  ends.pop();
  queue.add(item('one'));
  await expect.poll(() => told).toEqual(['one', 'one']);
  expect(texts()).toEqual(['one']);
});

async function untilAborted(signal: AbortSignal): Promise<Delivery> {
  const { promise, resolve }: PromiseWithResolvers<void> = Promise.withResolvers();
  signal.addEventListener('abort', () => resolve());
  await promise;
  return { ok: false, again: true, detail: 'aborted' };
}
