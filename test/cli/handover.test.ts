// The commands that move virtual IPs: what they ask before, what they show on the way, and how they end. The daemon answers
// as told; that directors really hand over is seen in the lab.
import { describe, expect, test } from 'vitest';
import type { HandoverAccount, HandoverStep } from '../../src/control/handover.ts';
import type { FailoverParams, GroupOutcome } from '../../src/control/protocol.ts';
import type { RefusalReason } from '../../src/core/types.ts';
import type { Call } from '../../src/rpc/methods.ts';
import { answering } from './answering.ts';
import { spawned } from './process.ts';
import { daemon, group, keeper, report } from './report.ts';
import { containing, ran, type Said } from './terminal.ts';

const step = (name: HandoverStep['step'], node: string, afterMs: number): HandoverStep => ({ group: 'web', step: name, node, afterMs });

const account = (from: string, to: string): HandoverAccount => ({
  ...{ from, to, how: 'by both clocks' },
  steps: [
    step('asked', from, 0),
    step('ready', to, 1.2),
    step('takenOver', to, 1.9),
    step('announced', to, 2),
    step('released', from, 3.4),
  ],
  gap: { ms: 0, overlapMs: 1.5, accuracyMs: 0.2 },
});

const refusedAs = (reason: RefusalReason): GroupOutcome => ({ group: 'web', outcome: { ok: false, reason, detail: 'the detail' } });

/** A pair in which the group goes wherever it is asked to, unless the next outcome is given. */
async function pair(outcomes: readonly GroupOutcome[] = []) {
  let active = 'vs1';
  const asked: FailoverParams[] = [];
  const left = [...outcomes];
  const socket = await answering({
    status: () => reportOf(active),
    failover(params: FailoverParams, call: Call) {
      asked.push(params);
      const told = left.shift();
      if (told !== undefined) return [told];
      const to = params.to ?? (active === 'vs1' ? 'vsbak' : 'vs1');
      const made = account(active, to);
      for (const one of made.steps) call.progress(one);
      active = to;
      return [{ group: 'web', outcome: { ok: true, detail: `${to} took web over in 3.4 ms`, account: made } }];
    },
  });
  const command = (words: readonly string[], world = {}): Promise<Said> => ran([...words, '--socket', socket], world);
  return { asked, socket, command };
}

const phase = (node: string, active: string) => (node === active ? 'active' : 'backup');

function reportOf(active: string, change: Partial<ReturnType<typeof report>> = {}) {
  const peers = keeper().peers.map((peer) => ({
    ...peer,
    groups: [{ vrid: 51, phase: phase('vsbak', active), priority: 100, handover: undefined } as const],
  }));
  const self = { keeper: keeper({ groups: [group({ active, phase: phase('vs1', active) })], peers }), daemon: daemon() };
  return report({ self, ...change });
}

describe('failover', () => {
  test('shows each step, the gap with how it was measured, and the outcome', async () => {
    const { socket, asked } = await pair();
    expect(await spawned('failover', '--to', 'vsbak', '--group', 'web', '--yes', '--socket', socket)).toEqual({
      out: [
        'web: asked by       vs1',
        'web: rules in at    vsbak  after 1.2 ms',
        'web: taken over by  vsbak  after 1.9 ms',
        'web: announced by   vsbak  after 2.0 ms',
        'web: released by    vs1  after 3.4 ms',
        'web: no gap: for 1.5 ms both held the virtual IPs (give or take 0.2 ms; by both clocks)',
        'web: vsbak took web over in 3.4 ms',
      ].join('\n'),
      err: '',
      exitCode: 0,
    });
    expect(asked).toEqual([{ to: 'vsbak', group: 'web' }]);
  });

  test('in JSON has steps and gap', async () => {
    const { command } = await pair();
    const { out, exitCode } = await command(['failover', '--yes', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      groups: [
        { group: 'web', ok: true, from: 'vs1', to: 'vsbak', steps: [{ step: 'asked' }, {}, {}, {}, {}], gap: { ms: 0, overlapMs: 1.5 } },
      ],
      verdict: null,
    });
    expect(exitCode).toBe(0);
  });

  test('a gap, or one that could not be measured, is said to be so', async () => {
    const made = account('vs1', 'vsbak');
    const outcome = { ok: true, detail: 'done' } as const;
    const first = await pair([
      { group: 'web', outcome: { ...outcome, account: { ...made, gap: { ms: 7, overlapMs: 0, accuracyMs: 1 } } } },
    ]);
    expect((await first.command(['failover', '--yes'])).out).toContain('gap of 7.0 ms in which neither held the virtual IPs');
    const second = await pair([{ group: 'web', outcome: { ...outcome, account: { ...made, gap: null, how: 'not measured: no clock' } } }]);
    expect((await second.command(['failover', '--yes'])).out).toContain('web: gap not measured: no clock');
  });

  test('that is refused exits 4 with the reason and what to do', async () => {
    const { command } = await pair([refusedAs('peer-in-maintenance'), refusedAs('peer-in-maintenance')]);
    expect(await command(['failover', '--yes'])).toMatchObject({
      err: 'web: refused (peer-in-maintenance): the detail\n  vspair maintenance off on it, once the work there is done',
      exitCode: 4,
    });
    const { out, exitCode } = await command(['failover', '--yes', '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, groups: [{ ok: false, reason: 'peer-in-maintenance', steps: [], gap: null }] });
    expect(exitCode).toBe(4);
  });

  test('of a group that is there already has nothing to do, and is no failure', async () => {
    const { command } = await pair([refusedAs('already-there')]);
    expect(await command(['failover', '--to', 'vs1', '--yes'])).toMatchObject({ exitCode: 0 });
  });

  test('with --wait is given again until the target is ready, and ends when the pair is whole', async () => {
    const { command, asked } = await pair([refusedAs('peer-rules-not-in'), refusedAs('peer-not-backup')]);
    expect(await command(['failover', '--wait', '20s', '--yes'])).toMatchObject({
      out: containing('would survive a failure now'),
      exitCode: 0,
    });
    expect(asked).toHaveLength(3);
  });

  test('with --wait does not wait for what does not pass by itself, nor longer than it was told', async () => {
    const { command, asked } = await pair([refusedAs('peer-in-fault'), ...Array.from({ length: 9 }, () => refusedAs('peer-not-heard'))]);
    expect(await command(['failover', '--wait', '--yes'])).toMatchObject({ exitCode: 4 });
    expect(asked).toHaveLength(1);
    expect(await command(['failover', '--wait', '1ms', '--yes'])).toMatchObject({ exitCode: 4 });
  });

  test('at a terminal asks first, and no means no', async () => {
    const questions: string[] = [];
    const confirm = (question: string) => Promise.resolve(questions.push(question) > 1);
    const { command, asked } = await pair();
    expect(await command(['failover'], { confirm })).toMatchObject({ out: '', err: 'vspair: nothing was changed', exitCode: 4 });
    expect(asked).toEqual([]);
    expect(await command(['failover', '--to', 'vsbak'], { confirm })).toMatchObject({ exitCode: 0 });
    expect(questions).toEqual(['Hand over web from vs1 to the fittest other director?', 'Hand over web from vs1 to vsbak?']);
  });

  test.each([
    [['failover', '--group', 'wbe'], 'group wbe: cannot hand it over: there is no such group; expected web (did you mean web?)'],
    [
      ['failover', '--to', 'vsbk'],
      'director vsbk: cannot hand it over: no director is called so; expected vs1 or vsbak (did you mean vsbak?)',
    ],
    [['failback', '--group', 'wbe'], 'did you mean web?'],
    [['drill', '--group', 'wbe'], 'did you mean web?'],
  ])('%j is told before anybody is asked', async (words, said) => {
    const { command, asked } = await pair();
    const confirm = () => Promise.reject(new Error('asked'));
    expect(await command(words, { confirm })).toMatchObject({ err: containing(said), exitCode: 4 });
    expect(asked).toEqual([]);
  });
});

test.each([
  [['failover', '--to', 'vsbak', '--group', 'my web'], "vspair failover --to vsbak --group 'my web' --yes"],
  [['failback'], 'vspair failback --yes'],
  [['drill', '--group', 'web'], 'vspair drill --group web --yes'],
  [['maintenance', 'on', '--reason', 'new disk'], "vspair maintenance on --reason 'new disk' --yes"],
])('without a terminal %j is refused with the command to give, and the daemon is not asked', async (words, command) => {
  const connect = () => Promise.reject(new Error('asked'));
  expect(await ran(words, { connect })).toMatchObject({
    out: '',
    err: containing(`there is no terminal\n  when it is meant: ${command} [VSP_USAGE]`),
    exitCode: 2,
  });
});

describe('failback', () => {
  test('brings what is elsewhere to the preferred director, and then has nothing to do', async () => {
    const { command, asked } = await pair();
    await command(['failover', '--yes']);
    expect(await command(['failback', '--yes'])).toMatchObject({ out: containing('vs1 took web over'), exitCode: 0 });
    expect(asked.at(-1)).toEqual({ group: 'web', to: 'vs1' });
    expect(await command(['failback', '--yes'])).toMatchObject({ out: containing('there is nothing to do'), exitCode: 0 });
    expect(await command(['failback', '--yes', '--json'])).toMatchObject({ exitCode: 0 });
    expect(asked).toHaveLength(2);
  });
});

describe('drill', () => {
  test('says what it will do, hands over there and back, and reports both gaps', async () => {
    const { command, asked } = await pair();
    const { out, exitCode } = await command(['drill', '--yes']);
    expect(out.split('\n')[0]).toMatch(/^web: will be handed over from vs1 to vsbak, and back to vs1/);
    expect(out.match(/no gap/g)).toHaveLength(2);
    expect(out).toMatch(/web: handed over there and back$/);
    expect({ asked, exitCode }).toEqual({
      asked: [
        { group: 'web', to: 'vsbak' },
        { group: 'web', to: 'vs1' },
      ],
      exitCode: 0,
    });
    const json = await command(['drill', '--yes', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, groups: [{ group: 'web', there: { gap: {} }, back: { gap: {} } }] });
  });

  test('is not begun when anything is not healthy', async () => {
    const failover = () => {
      throw new Error('asked');
    };
    const socket = await answering({ failover, status: () => report({ healthy: false, problems: ['vs1: eth1 has no link'] }) });
    expect(await ran(['drill', '--yes', '--socket', socket])).toMatchObject({
      err: containing('nothing was changed, since the pair is not healthy: vs1: eth1 has no link'),
      exitCode: 4,
    });
  });

  test('that fails on the way there ends there, and says who serves', async () => {
    const { command, asked } = await pair([refusedAs('not-confirmed')]);
    expect(await command(['drill', '--yes'])).toMatchObject({ err: containing('vs1 goes on serving it'), exitCode: 24 });
    expect(asked).toHaveLength(1);
  });

  test('does not go back to a pair that is not healthy any more, and says how to', async () => {
    let asked = 0;
    const socket = await answering({
      status: () => (asked === 0 ? reportOf('vs1') : reportOf('vsbak', { healthy: false, problems: ['vs1: eth0 has no link'] })),
      failover() {
        asked += 1;
        return [{ group: 'web', outcome: { ok: true, detail: 'done', account: account('vs1', 'vsbak') } }];
      },
    });
    const { out, err, exitCode } = await ran(['drill', '--yes', '--json', '--socket', socket]);
    expect(err).toContain('web is served by vsbak: vspair failover --group web --to vs1 brings it back');
    expect(err).toContain('vs1: eth0 has no link');
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'VSP_DRILL_ABORTED' },
      ok: false,
      groups: [{ there: { ok: true }, back: null }],
    });
    expect({ asked, exitCode }).toEqual({ asked: 1, exitCode: 24 });
  });
});

describe('maintenance', () => {
  test('on is asked for with its reason, off without being confirmed', async () => {
    const asked: unknown[] = [];
    const socket = await answering({
      maintenance(params) {
        asked.push(params);
        return params.on ? { ok: false, reason: 'peer-not-heard', detail: 'vsbak is not heard' } : { ok: true, detail: 'takes part again' };
      },
    });
    expect(await spawned('maintenance', 'off', '--socket', socket)).toEqual({
      out: 'maintenance off: takes part again',
      err: '',
      exitCode: 0,
    });
    expect(await ran(['maintenance', 'on', '--reason', 'new disk', '--yes', '--socket', socket])).toMatchObject({
      out: containing('maintenance on: refused (peer-not-heard): vsbak is not heard'),
      exitCode: 4,
    });
    expect(asked).toMatchObject([{ on: false }, { on: true, reason: 'new disk', author: 'root@vs1' }]);
  });

  test('on at a terminal asks first', async () => {
    const confirm = () => Promise.resolve(false);
    expect(await ran(['maintenance', 'on', '--socket', '/nowhere'], { confirm })).toMatchObject({
      err: 'vspair: nothing was changed',
      exitCode: 4,
    });
  });
});
