// Two directors that share their events, with real logs; the channel between them is a function call that can be cut.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EventSharing, shareEvents } from '../../src/daemon/eventSharing.ts';
import { secondView, takeoversIn } from '../../src/daemon/secondView.ts';
import { eventOf } from '../../src/events/draft.ts';
import { entriesAtOnce } from '../../src/events/exchange.ts';
import type { Call } from '../../src/rpc/methods.ts';
import { type EventLog, openEventLog } from '../../src/store/eventLog.ts';
import { teller } from '../events/teller.ts';
import { eventually } from '../eventually.ts';
import { group, keeper, peer } from './pair.ts';

let directory: string;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-sharing-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(directory, { recursive: true });
});

interface Director {
  readonly log: EventLog;
  readonly sharing: EventSharing;
  readonly taken: string[];
}

async function director(node: string, other: string): Promise<Director> {
  const log = await openEventLog({
    ...{ directory: join(directory, node), node, others: [other] },
    onProblem(problem) {
      throw new Error(problem.detail);
    },
  });
  const taken: string[] = [];
  const sharing = shareEvents({
    ...{ log, node, others: [other], lookEveryMs: 3_600_000 },
    onTaken: (_, entries) => taken.push(...entries.map(({ event }) => event.text)),
  });
  ends.push(() => log.saved());
  return { log, sharing, taken };
}

const told = (node: string, text: string) => eventOf({ type: 'test', text }, { ...teller, node });

const call: Call = { signal: new AbortController().signal, progress: () => undefined };

/** Reaches `to` unless the two are cut off from each other. */
function reach(from: Director, name: string, to: Director, cut: { value: boolean }): void {
  from.sharing.begin({
    connected: () => !cut.value,
    async ask(_, method, params) {
      if (cut.value) throw new Error('cut off');
      return to.sharing.answers[method](params, call);
    },
  });
  from.sharing.noteConnected(name);
}

async function pair(): Promise<{ readonly vs1: Director; readonly vsbak: Director; readonly cut: { value: boolean } }> {
  const [vs1, vsbak] = [await director('vs1', 'vsbak'), await director('vsbak', 'vs1')];
  const cut = { value: false };
  reach(vs1, 'vsbak', vsbak, cut);
  reach(vsbak, 'vs1', vs1, cut);
  return { vs1, vsbak, cut };
}

const texts = ({ log }: Director): string[] => log.events().map(({ text }) => text);

test('what one director tells the other one has at once, both ways', async () => {
  const { vs1, vsbak } = await pair();
  vs1.log.add(told('vs1', 'from vs1'));
  await eventually(() => texts(vsbak)).toEqual(['from vs1']);
  vsbak.log.add(told('vsbak', 'from vsbak'));
  await eventually(() => texts(vs1)).toEqual(['from vs1', 'from vsbak']);
  expect(vsbak.taken).toEqual(['from vs1']);
});

test('after an absence it gets everything that it missed, more than fits in one answer too', async () => {
  const { vs1, vsbak, cut } = await pair();
  cut.value = true;
  for (let number = 1; number <= 2 * entriesAtOnce + 3; number += 1) vs1.log.add(told('vs1', `event ${number}`));
  cut.value = false;
  vsbak.sharing.noteConnected('vs1');
  await eventually(() => vsbak.log.events().length).toBe(2 * entriesAtOnce + 3);
  expect(new Set(vsbak.taken).size).toBe(2 * entriesAtOnce + 3);
});

test('what was told before there was a connection to the other director is there as soon as there is one', async () => {
  const { vs1, vsbak, cut } = await pair();
  vs1.log.add(told('vs1', 'before'));
  await eventually(() => texts(vsbak)).toEqual(['before']);
  cut.value = true;
  vs1.log.add(told('vs1', 'in the cut'));
  cut.value = false;
  vs1.sharing.noteConnected('vsbak');
  await eventually(() => texts(vsbak)).toEqual(['before', 'in the cut']);
});

test('a director that ends waits until the other one has its last words', async () => {
  const { vs1, vsbak } = await pair();
  vs1.log.add(told('vs1', 'stopped'));
  await vs1.sharing.close();
  expect(texts(vsbak)).toEqual(['stopped']);
});

test('how a takeover looked from here is told under its id, of the last one of each group only', () => {
  const takeover = (text: string, reason = 'active-down') => ({
    ...{ log: 'a', number: 1 },
    event: eventOf({ type: 'takeover', vrid: 51, reason, text }, teller),
  });
  const entries = [takeover('first'), takeover('second'), takeover('a view', 'seen')];
  const takeovers = takeoversIn('vsbak', entries);
  expect(takeovers).toEqual([entries[1]?.event]);
  const [last] = takeovers;
  if (last === undefined) throw new Error('no takeover');
  const snapshot = keeper({ groups: [group({ phase: 'backup', reason: 'stalled' })], peers: [peer()] });
  expect(secondView(last, snapshot, Date.parse('2026-01-01T00:01:00.000Z'))).toEqual({
    ...{ id: last.id, type: 'takeover', severity: 'info', vrid: 51, peer: 'vsbak', reason: 'seen' },
    text: 'web (VRID 51): vsbak took over; vs1 is backup since 2026-01-01T00:00:00.000Z (stalled) and hears vsbak',
  });
});
