// What the person who applied a revision is told of each director.
import { expect, test } from 'vitest';
import type { GroupPhase, RulesMark } from '../../src/core/types.ts';
import { arrivalAt, type SeenDirector } from '../../src/daemon/arrival.ts';
import { daemon, director, group } from './pair.ts';

const wanted = { revision: 13, digest: '00112233445566aa' };
const there: RulesMark = { ...wanted, ready: true };
const before: RulesMark = { revision: 12, digest: 'ffffffffffffffff', ready: true };

interface Account {
  readonly mark: RulesMark;
  readonly errors?: readonly string[];
  readonly phase?: GroupPhase;
  readonly store?: ReturnType<typeof daemon>['store'];
}

/** A director by its own account. */
function telling({ mark, errors = [], phase = 'backup', store = daemon().store }: Account): SeenDirector {
  const { rules } = daemon();
  const status = director({ rules: mark, groups: [group({ phase })] }, { rules: { ...rules, errors }, store });
  return { node: 'vsbak', heard: true, mark: before, status };
}

/** One whose peer channel does not answer. */
const advertising = (mark: RulesMark | undefined, heard = true): SeenDirector => ({ node: 'vsbak', heard, mark, status: undefined });

const redisLost = { backend: 'redis', connected: false, detail: 'ECONNREFUSED' } as const;
const storeEmpty = {
  backend: 'redis',
  connected: true,
  detail: undefined,
  trouble: { what: 'gone', detail: 'no rules any more' },
} as const;

test.each([
  ['has them in its kernel', telling({ mark: there }), 'warm', 'inKernel', 'has it in its kernel'],
  ['says so in its adverts alone', advertising(there), 'warm', 'inKernel', 'has it in its kernel'],
  ['waits on cold standby', telling({ mark: there }), 'cold', 'prepared', 'has it ready for a takeover'],
  ['is active on cold standby', telling({ mark: there, phase: 'active' }), 'cold', 'inKernel', 'has it in its kernel'],
  ['has got a later revision', telling({ mark: { ...before, revision: 14 } }), 'warm', 'newer', 'has revision 14 already'],
  ['has older rules', telling({ mark: before }), 'warm', 'older', 'still has revision 12'],
  ['has none', advertising({ revision: 0, digest: '0'.repeat(16), ready: true }), 'warm', 'older', 'has no rules yet'],
  [
    'has another revision of that number',
    telling({ mark: { ...before, revision: 13 } }),
    'warm',
    'older',
    'has another revision 13, with the digest ffffffffffffffff',
  ],
  ['does not reach the store', telling({ mark: before, store: redisLost }), 'warm', 'older', 'still has revision 12: ECONNREFUSED'],
  [
    'was refused a service',
    telling({ mark: there, errors: ['add service tcp 10.0.0.1:80 mh: ENOENT'] }),
    'warm',
    'refused',
    'has not all of it in its kernel: add service tcp 10.0.0.1:80 mh: ENOENT',
  ],
  ['has a kernel without IPVS', advertising({ ...there, ready: false }), 'warm', 'refused', 'has not all of it in its kernel'],
  [
    'has them, and trouble with the store alone',
    telling({ mark: there, errors: ['no rules any more'], store: storeEmpty }),
    'warm',
    'inKernel',
    'has it in its kernel',
  ],
  ['is silent', advertising(there, false), 'warm', 'notHeard', 'is not heard'],
  ['was never heard', advertising(undefined, false), 'warm', 'notHeard', 'is not heard'],
] as const)('a director that %s', (_, seen, standby, state, detail) => {
  expect(arrivalAt(wanted, standby, seen)).toEqual({ node: 'vsbak', state, detail });
});
