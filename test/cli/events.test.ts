// `vspair events` as its users run it, against a daemon's real socket and log.
import { expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { eventHandlers } from '../../src/daemon/eventQueries.ts';
import { eventOf } from '../../src/events/draft.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { type EventLog, openEventLog } from '../../src/store/eventLog.ts';
import { evidence, teller } from '../events/teller.ts';
import { eventually } from '../eventually.ts';
import { answering } from './answering.ts';
import { directory } from './process.ts';
import { ran } from './terminal.ts';

const handoverId = '0aaaaaaa-0000-8000-8000-000000000000';
const takeoverId = '0bbbbbbb-0000-8000-8000-000000000000';
const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;

const taken = eventOf(
  { type: 'handover', id: handoverId, time: at(1), vrid: 51, peer: 'vs1', reason: 'taken', text: 'web (VRID 51): ACTIVE: vs1 handed over' },
  teller,
);
const given: DirectorEvent = { ...taken, node: 'vs1', peer: 'vsbak', reason: 'given', text: 'web (VRID 51): handed over to vsbak in 5 ms' };
const takeover = eventOf(
  {
    ...{ type: 'takeover', id: takeoverId, time: at(2), vrid: 51, peer: 'vs1', reason: 'active-down', gapMs: 362.5 },
    text: 'web (VRID 51): ACTIVE: vs1 not heard for 361 ms (limit 360.9 ms)',
    evidence: {
      ...evidence,
      links: [
        { link: 0, local: '10.0.0.3', remote: '10.0.0.2', lastHeardAgo: millis(361) },
        { link: 1, local: '192.168.1.3', remote: '192.168.1.2', lastHeardAgo: undefined },
      ],
      rules: { revision: 7, digest: '00112233aabbccdd' },
    },
    phases: [
      { name: 'decided', afterMs: 0 },
      { name: 'rulesIn', afterMs: 0.5 },
      { name: 'addressesAdded', afterMs: 1.25 },
      { name: 'announced', afterMs: 1.5 },
    ],
  },
  teller,
);
const lost = eventOf(
  { type: 'peerLost', time: at(3), peer: 'vs1', text: 'vs1 not heard for 361 ms', trouble: { key: 'peer:vs1', isOver: false } },
  teller,
);

interface Daemon {
  readonly socket: string;
  readonly log: EventLog;
}

async function daemon(...events: readonly DirectorEvent[]): Promise<Daemon> {
  const path = directory();
  const log = await openEventLog({
    ...{ directory: path, node: 'vsbak', others: ['vs1'] },
    onProblem(problem) {
      throw new Error(problem.detail);
    },
  });
  for (const event of events.filter(({ node }) => node === 'vsbak')) log.add(event);
  log.take(
    'vs1',
    events.filter(({ node }) => node === 'vs1').map((event, index) => ({ log: 'a', number: index + 1, event })),
  );
  await log.saved();
  return { socket: await answering(eventHandlers(log)), log };
}

const events = async ({ socket }: Daemon, ...words: readonly string[]) => ran(['events', ...words, '--socket', socket]);
const typesIn = (json: string): string[] => (JSON.parse(json) as DirectorEvent[]).map(({ type }) => type);

test('a line for each event of both directors, oldest first, a transition that both tell of once', async () => {
  const { out, exitCode } = await events(await daemon(taken, given, takeover, lost));
  expect(exitCode).toBe(0);
  expect(out.split('\n')).toEqual([
    '2026-01-01 00:00:01.000Z  info      handover            vsbak  0aaaaaaa  web (VRID 51): ACTIVE: vs1 handed over',
    '2026-01-01 00:00:02.000Z  warning   takeover            vsbak  0bbbbbbb  web (VRID 51): ACTIVE: vs1 not heard for 361 ms (limit 360.9 ms)',
    `2026-01-01 00:00:03.000Z  warning   peerLost            vsbak  ${lost.id.slice(0, 8)}  vs1 not heard for 361 ms`,
  ]);
});

test.each([
  [['-n', '1'], ['peerLost']],
  [
    ['--type', 'takeover,handover'],
    ['handover', 'takeover'],
  ],
  [
    ['--severity', 'warning'],
    ['takeover', 'peerLost'],
  ],
  [
    ['--group', 'web'],
    ['handover', 'takeover'],
  ],
  [
    ['--since', '2026-01-01T00:00:02Z'],
    ['takeover', 'peerLost'],
  ],
  [['--since', '1h'], []],
])('%j narrows it', async (words, expected) => {
  const { out } = await events(await daemon(taken, takeover, lost), '--json', ...words);
  expect(typesIn(out)).toEqual(expected);
});

test.each([
  [['--type', 'takover'], '--type is "takover"; expected one of takeover, handover'],
  [['--since', 'yesterday'], '--since is "yesterday"; expected a time such as 1h'],
  [['-n', '0'], 'expected a whole number from 1 to 1000'],
  [['show', '0'], '2 events begin so: 0aaaaaaa'],
  [['show', 'ffff'], 'no event has an id that begins so'],
  [['show', 'x1'], 'an id has hexadecimal digits and dashes only'],
])('%j is an error that says what is expected', async (words, expected) => {
  const { err, exitCode } = await events(await daemon(taken, takeover), ...words);
  expect(exitCode).toBe(2);
  expect(err).toContain(expected);
});

test('a takeover is explained: what was heard when on which link, who decided why, the rules, the gap, and a drawn time line', async () => {
  const { out } = await events(await daemon(takeover), 'show', '0bb');
  expect(out.split('\n')).toEqual([
    'takeover of web, warning, told by vsbak',
    `id ${takeoverId}`,
    '',
    'vsbak, 2026-01-01 00:00:02.000Z: web (VRID 51): ACTIVE: vs1 not heard for 361 ms (limit 360.9 ms)',
    '  decided by vsbak, reason active-down; its patience (Active_Down_Interval) was 360.9 ms',
    '  its own timer fired 2 ms late',
    '  it had the rules of revision 7 (00112233aabbccdd)',
    '  nobody served for at most 362.5 ms',
    '  vs1 heard  on                            last',
    '  link 1     10.0.0.3 from 10.0.0.2        361 ms before the decision',
    '  link 2     192.168.1.3 from 192.168.1.2  never',
    `  -361.00 ms  ●${' '.repeat(39)}  vs1 heard last`,
    `     0.00 ms  ${'─'.repeat(39)}●  decided`,
    `    +0.50 ms  ${'─'.repeat(39)}●  rules in the kernel`,
    `    +1.25 ms  ${'─'.repeat(39)}●  virtual IPs added`,
    `    +1.50 ms  ${'─'.repeat(39)}●  announced`,
  ]);
});

test('what both directors told of a handover stands under one id, the one that became active first', async () => {
  const { out } = await events(await daemon(given, taken), 'show', '0a', '--json');
  const shown = JSON.parse(out) as { readonly id: string; readonly views: readonly DirectorEvent[] };
  expect([shown.id, shown.views.map(({ node }) => node)]).toEqual([handoverId, ['vsbak', 'vs1']]);
});

test('--follow shows the past, then each new event once, and goes on when the daemon is there again', async () => {
  const { socket, log } = await daemon(taken, lost);
  const lines: string[] = [];
  const followed = ran(['events', '--follow', '-n', '1', '--json', '--socket', socket], { out: (line) => lines.push(line) });
  const types = () => lines.map((line) => (JSON.parse(line) as DirectorEvent).type);
  await eventually(types).toEqual(['peerLost']);
  log.add(takeover);
  await eventually(types).toEqual(['peerLost', 'takeover']);
  log.add(takeover);
  log.add({ ...lost, id: '0ccccccc-0000-8000-8000-000000000000', type: 'peerBack' });
  await eventually(types).toEqual(['peerLost', 'takeover', 'peerBack']);
  await log.saved();
  // It ends with its process only.
  void followed;
});
