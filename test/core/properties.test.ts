import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDeadline } from '../../src/core/deadline.ts';
import { intentOf } from '../../src/core/intent.ts';
import type { State } from '../../src/core/state.ts';
import { initialState, step } from '../../src/core/step.ts';
import { type CoreConfig, type CoreEvent, type Effect, type GroupAdvert, type Millis, millis } from '../../src/core/types.ts';
import { advertsOf, answersOf, configOf, rulesIn, rulesNotIn, web } from './director.ts';

const config = configOf({
  nodes: ['vs1', 'vsbak', 'vs3'],
  priorities: { vs1: 150, vsbak: 100, vs3: 150 },
  preempt: true,
  preemptDelay: 500,
  more: [{ vrid: 52, name: 'other', devices: ['eth0', 'eth1'], priorities: { vs1: 100, vsbak: 150, vs3: 50 } }],
});

// ------------------------------------------------------------------------------------------------- what may happen

const phase = fc.constantFrom('initialize', 'backup', 'active', 'fault', 'maintenance');
const node = fc.constantFrom('vs1', 'vsbak', 'vs3');
/** The first handovers of this director have these ids; others are somebody else's. */
const handoverId = fc.constantFrom(65_537, 65_538, 65_539, 7);

const groupAdvert = (vrid: number): fc.Arbitrary<GroupAdvert> =>
  fc.record({
    vrid: fc.constant(vrid),
    phase,
    priority: fc.constantFrom(0, 1, 100, 149, 150, 151, 254),
    holding: fc.boolean(),
    handover: fc.option(fc.record({ id: handoverId, phase: fc.constantFrom('ask', 'loading', 'taken'), peer: node }), { nil: undefined }),
  });

const advertReceived = fc.record({
  type: fc.constant('advertReceived'),
  advert: fc.record({
    from: fc.constantFrom('vsbak', 'vs3'),
    incarnation: fc.integer({ min: 1, max: 3 }),
    sequence: fc.integer({ min: 1, max: 200 }),
    interval: fc.constantFrom(10, 100, 1_500).map(millis),
    solicit: fc.boolean(),
    rules: fc.constantFrom(rulesIn, rulesNotIn),
    groups: fc.tuple(groupAdvert(web), groupAdvert(52)).map((both) => both),
  }),
  echo: fc.option(fc.record({ incarnation: fc.constantFrom(1, 2), sequence: fc.integer({ min: 1, max: 40 }) }), { nil: undefined }),
});

const requestId = fc.constant(0);
const event: fc.Arbitrary<CoreEvent> = fc.oneof(
  { weight: 6, arbitrary: advertReceived },
  { weight: 6, arbitrary: fc.constant({ type: 'timePassed' } as const) },
  fc.record({ type: fc.constantFrom('linkWentDown', 'linkCameUp'), dev: fc.constantFrom('eth0', 'eth1', 'eth7') }),
  fc.record({ type: fc.constant('rulesChanged'), rules: fc.constantFrom(rulesIn, rulesNotIn) }),
  fc.record({ type: fc.constant('kernelWriteFailed'), vrid: fc.constantFrom(web, 52, 99), detail: fc.constant('EPERM') }),
  fc.record({ type: fc.constantFrom('loadBegan', 'loadEnded'), vrids: fc.subarray([web, 52, 99]) }),
  fc.record({
    type: fc.constant('failoverRequested'),
    requestId,
    vrid: fc.constantFrom(web, 52, 99),
    to: fc.option(node, { nil: undefined }),
  }),
  fc.record({ type: fc.constant('maintenanceRequested'), requestId, on: fc.boolean() }),
);
const shutdown = fc.record({ type: fc.constant('shutdownRequested'), how: fc.constantFrom('handover', 'inPlace') } as const);
const pause = fc.oneof(fc.constantFrom(0, 0.001, 1, 40, 100), fc.double({ min: 0, max: 500, noNaN: true }), fc.constantFrom(1_000, 60_000));

interface Happening {
  readonly after: number;
  readonly event: CoreEvent;
}

const start = fc.record({
  type: fc.constant('started'),
  holding: fc.subarray([web, 52]),
  linksDown: fc.subarray(['eth0', 'eth1']),
  maintenance: fc.boolean(),
  rules: fc.constantFrom(rulesIn, rulesNotIn),
} as const);

/** A life: a start, anything, and perhaps an end. */
const life: fc.Arbitrary<readonly Happening[]> = fc
  .tuple(
    start,
    fc.array(fc.record({ after: pause, event }), { maxLength: 60 }),
    fc.option(fc.record({ after: pause, event: shutdown }), { nil: undefined }),
    fc.array(fc.record({ after: pause, event }), { maxLength: 10 }),
  )
  .map(([first, middle, end, rest]) => {
    const all = [{ after: 0, event: first }, ...middle, ...(end === undefined ? [] : [end, ...rest])];
    return all.map((one, index) => ({ ...one, event: withRequestId(one.event, index) }));
  });

function withRequestId(one: CoreEvent, id: number): CoreEvent {
  return 'requestId' in one ? { ...one, requestId: id } : one;
}

// ------------------------------------------------------------------------------------------------------ what is seen

interface Moment {
  readonly before: State;
  readonly event: CoreEvent;
  readonly now: Millis;
  readonly after: State;
  readonly effects: readonly Effect[];
}

function live(happenings: readonly Happening[], of: CoreConfig = config): readonly Moment[] {
  const moments: Moment[] = [];
  let state = initialState(of);
  let now = millis(0);
  for (const happening of happenings) {
    now = millis(now + happening.after);
    const next = step(of, state, happening.event, now);
    moments.push({ before: state, event: happening.event, now, after: next.state, effects: next.effects });
    state = next.state;
  }
  return moments;
}

const always = (check: (moment: Moment, index: number, all: readonly Moment[]) => void): void => {
  fc.assert(
    fc.property(life, (happenings) => {
      const moments = live(happenings);
      moments.forEach(check);
    }),
    { numRuns: 250 },
  );
};

// ------------------------------------------------------------------------------------------------------- what holds

describe('whatever happens, in whatever order', () => {
  test('step returns, and the same step twice gives the same: it reads no clock and draws no random number', () => {
    always(({ before, event: told, now, after, effects }) => {
      expect(step(config, before, told, now)).toEqual({ state: after, effects });
    });
  });

  test('a step changes nothing of the state it was given', () => {
    always(({ before, event: told, now }) => {
      const copy = structuredClone(before);
      step(config, before, told, now);
      expect(before).toEqual(copy);
    });
  });

  test('active means hold, and nothing else does; only one that asks, or made room for its successor, leaves things as they are', () => {
    always(({ after }) => {
      for (const { spec, role } of after.groups) {
        const asks = role.phase === 'initialize' && role.holding;
        const expected = after.inPlace || asks ? 'keep' : role.phase === 'active' ? 'hold' : 'absent';
        expect(intentOf(after).groups.get(spec.vrid)).toBe(expected);
      }
    });
  });

  test('only what is intended to be held is announced', () => {
    always(({ after, effects }) => {
      for (const effect of effects) if (effect.type === 'announce') expect(intentOf(after).groups.get(effect.vrid)).toBe('hold');
    });
  });

  test('one step sends at most one advert to all, and it says what is true at the end of the step', () => {
    always(({ after, effects }) => {
      const rounds = effects.flatMap((effect) => (effect.type === 'sendAdvert' && effect.to === 'all' ? [effect.advert] : []));
      expect(rounds.length).toBeLessThanOrEqual(1);
      for (const advert of rounds) {
        const said = advert.groups.map((group) => group.phase);
        expect(said).toEqual(after.groups.map(({ role }) => (role.phase === 'stopped' ? 'initialize' : role.phase)));
      }
    });
  });

  test('a change of phase is told at once', () => {
    always(({ before, after, effects }) => {
      const changed = after.groups.some(({ role }, index) => role.phase !== before.groups[index]?.role.phase);
      if (changed) expect(effects.some((effect) => effect.type === 'sendAdvert' && effect.to === 'all')).toBe(true);
    });
  });

  test('sequences grow by one with each round, priorities stay 1 to 254, and 0 means stopped', () => {
    always(({ before, after, effects }) => {
      const adverts = advertsOf(effects);
      expect(adverts.map((advert) => advert.sequence)).toEqual(adverts.map((_, index) => before.sequence + 1 + index));
      expect(after.sequence).toBe(before.sequence + adverts.length);
      for (const advert of adverts) {
        for (const group of advert.groups) expect(group.priority === 0 ? group.phase : 'initialize').toBe('initialize');
      }
    });
  });

  test('nobody is active or asks while a link of the group is down, in maintenance that is granted, or stopped', () => {
    always(({ after }) => {
      for (const { spec, role } of after.groups) {
        const serves = role.phase === 'active' || role.phase === 'backup' || role.phase === 'initialize';
        const linkDown = spec.vips.some((vip) => after.linksDown.has(vip.dev));
        if (linkDown && after.shutdown === 'no') expect(serves).toBe(false);
        if (after.maintenance && after.maintenanceRequest === undefined) expect(serves).toBe(false);
      }
    });
  });

  test('each request is answered once: at once, or while a handover that it waits for is under way not yet', () => {
    always((_, index, all) => {
      if (index < all.length - 1) return;
      const asked = all.filter(({ event: told, before }) => 'requestId' in told && before.shutdown !== 'done');
      const answered = all.flatMap(({ effects }) => answersOf(effects).map((answer) => answer.requestId));
      const last = all[index]?.after;
      const waiting = last?.groups.flatMap(({ role }) => (role.phase === 'active' ? [role.giving?.requestId] : [])) ?? [];
      for (const { event: told } of asked) {
        const id = 'requestId' in told ? told.requestId : undefined;
        const open = waiting.includes(id) || last?.maintenanceRequest === id;
        expect(answered.filter((one) => one === id)).toHaveLength(open && last?.shutdown !== 'done' ? 0 : 1);
      }
    });
  });

  test('after the end nothing follows', () => {
    always(({ before, after, effects }) => {
      if (before.shutdown !== 'done') return;
      expect(effects).toEqual([]);
      expect(after).toBe(before);
      expect(nextDeadline(after)).toBe(Number.POSITIVE_INFINITY);
    });
  });

  test('the process ends in the step that is the last one, and its effect is the last one', () => {
    always(({ before, after, effects }) => {
      const ends = effects.filter((effect) => effect.type === 'exit');
      expect(ends).toHaveLength(before.shutdown !== 'done' && after.shutdown === 'done' ? 1 : 0);
      if (ends.length > 0) expect(effects.at(-1)?.type).toBe('exit');
    });
  });
});

describe('nextDeadline', () => {
  test('an early wake-up is harmless: at any moment before it the passing of time changes nothing', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(life, share, (happenings, early) => {
        for (const { after, now } of live(happenings)) {
          const deadline = nextDeadline(after);
          if (deadline <= now) continue;
          const moment = millis(now + early * (Math.min(deadline, now + 1_000_000) - now));
          if (moment < deadline) expect(step(config, after, { type: 'timePassed' }, moment)).toEqual({ state: after, effects: [] });
        }
      }),
      { numRuns: 250 },
    );
  });

  test('a wake-up at it does something, and moves it on: nobody wakes for ever at the same moment', () => {
    always(({ after }) => {
      const deadline = nextDeadline(after);
      if (!Number.isFinite(deadline)) return;
      const woken = step(config, after, { type: 'timePassed' }, deadline);
      expect(woken.state).not.toEqual(after);
      expect(nextDeadline(woken.state)).toBeGreaterThan(deadline);
    });
  });

  test('while the director runs it is never more than an Advertisement_Interval away', () => {
    always(({ after, now }) => {
      if (after.shutdown !== 'done') expect(nextDeadline(after)).toBeLessThanOrEqual(now + config.interval);
    });
  });
});
