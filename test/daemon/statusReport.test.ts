// `vspair status` answers one question: would the pair survive a failure now, and if not, why?
import { describe, expect, test } from 'vitest';
import type { DirectorStatus, PeerStatus } from '../../src/control/status.ts';
import { millis } from '../../src/core/types.ts';
import { director, group, link, peer, reportOf, rules, vsbak } from './pair.ts';

const problemsOf = (self: DirectorStatus, ...peers: readonly PeerStatus[]) => reportOf(self, ...peers).problems;

test('a pair of which one is active, the other backup with the same rules, is healthy', () => {
  expect(reportOf(director(), vsbak())).toMatchObject({
    cluster: 'web',
    node: 'vs1',
    healthy: true,
    summary: 'web: vs1 active, vsbak ready to take over',
    problems: [],
  });
});

test('the backup says the same of the pair', () => {
  const seen = peer({ node: 'vs1' }, 'active');
  const self = director({ self: 'vsbak', groups: [group({ phase: 'backup' })], peers: [seen] });
  expect(reportOf(self)).toMatchObject({ node: 'vsbak', healthy: true, summary: 'web: vs1 active, vsbak ready to take over' });
});

test('each group has its own sentence, and each director that is ready its place in it', () => {
  const groups = [group(), group({ vrid: 52, name: 'mail', phase: 'backup', active: 'vsbak' })];
  const phases = [
    { vrid: 51, phase: 'backup', priority: 100, handover: undefined },
    { vrid: 52, phase: 'active', priority: 100, handover: undefined },
  ] as const;
  const third = phases.map((said) => ({ ...said, phase: 'backup' as const }));
  const self = director({ groups, peers: [peer({ groups: phases }), peer({ node: 'vs3', groups: third })] });
  expect(reportOf(self).summary).toBe('web: vs1 active, vsbak, vs3 ready to take over; mail: vsbak active, vs1, vs3 ready to take over');
});

const channel = { name: 'pager', delivered: 1, failed: 0, waiting: 0, unsaved: 0, trouble: undefined };
const alerts = { delivered: 1, failed: 0, waiting: 0, lastFailure: undefined, channels: [channel] };

describe('it is told that nobody could take over, with the reason', () => {
  test.each([
    ['the peer is not heard', peer({ heard: false }), 'vsbak is not heard'],
    ['the peer does not hear', peer({ hearsUs: false }), 'vsbak does not hear vs1'],
    ['the peer is in fault', peer({}, 'fault'), 'vsbak is in fault'],
    ['the peer is in maintenance', peer({}, 'maintenance'), 'vsbak is in maintenance'],
    ['the peer has only just started', peer({}, 'initialize'), 'vsbak has only just started'],
    ['the peer has not the group', peer({ groups: [] }), 'vsbak does not know the group'],
    ['the rules differ', peer({ rules: { ...rules, digest: '1'.repeat(16) } }), 'the rules of vsbak are not those of vs1'],
    [
      'the rules of the peer are not in its kernel',
      peer({ rules: { ...rules, ready: false } }),
      'the rules of vsbak are not in its kernel',
    ],
    ['the peer told no rules', peer({ rules: undefined }), 'the rules of vsbak are not those of vs1'],
  ])('%s', (_title, seen, reason) => {
    const report = reportOf(director({ peers: [seen] }));
    expect(report).toMatchObject({ healthy: false, summary: 'web: vs1 active, nobody ready to take over' });
    expect(report.problems).toEqual([`web: nobody could take over: ${reason}`]);
  });

  test('this director itself is in maintenance', () => {
    const self = director({ self: 'vsbak', groups: [group({ phase: 'maintenance' })], peers: [peer({ node: 'vs1' }, 'active')] });
    expect(problemsOf(self)).toEqual(['web: nobody could take over: vsbak is in maintenance']);
  });

  test('the rules are not in the kernel of this director', () => {
    const groups = [group({ phase: 'backup' })];
    const self = director({ self: 'vsbak', groups, peers: [peer({ node: 'vs1' }, 'active')], rules: { ...rules, ready: false } });
    expect(problemsOf(self)).toEqual([
      'web: nobody could take over: the rules of vsbak are not in its kernel',
      'vsbak: the rules are not in its kernel',
    ]);
  });

  test('with several others, the reason of each', () => {
    const self = director({ peers: [peer({ heard: false }), peer({ node: 'vs3' }, 'fault')] });
    expect(problemsOf(self)).toEqual(['web: nobody could take over: vsbak is not heard, vs3 is in fault']);
  });

  test('and nothing of it while one of several could', () => {
    expect(problemsOf(director({ peers: [peer({ heard: false }), peer({ node: 'vs3' })] }))).toEqual([]);
  });
});

test('nobody active is the first problem', () => {
  const report = reportOf(director({ groups: [group({ phase: 'backup', active: undefined })] }));
  expect(report).toMatchObject({ healthy: false, summary: 'web: nobody active, vs1, vsbak ready to take over' });
  expect(report.problems).toEqual(['web: no director is active']);
});

test('a director in fault is told with the reason', () => {
  const self = director({ groups: [group({ phase: 'fault', active: 'vsbak', reason: 'link-down' })], peers: [peer({}, 'active')] });
  expect(problemsOf(self)).toEqual(['web: vs1 is in fault: link-down', 'web: nobody could take over: vs1 is in fault']);
});

test('two that are active are told', () => {
  expect(problemsOf(director({ peers: [peer({}, 'active')] }))).toEqual([
    'web: vsbak is active too',
    'web: nobody could take over: vsbak is active too',
  ]);
});

test('what a peer said before it fell silent makes no second active', () => {
  expect(problemsOf(director({ peers: [peer({ heard: false }, 'active')] }))).toEqual(['web: nobody could take over: vsbak is not heard']);
});

test('an active without one of its virtual IPs is told; a backup has none to miss', () => {
  const [outside, inside] = group().vips;
  if (outside === undefined || inside === undefined) throw new Error('the pair has two virtual IPs');
  const vips = [outside, { ...inside, held: false }];
  expect(problemsOf(director({ groups: [group({ vips })] }))).toEqual(['web: 192.168.1.254 is not on eth1 of vs1']);
  const backup = group({ phase: 'backup', active: 'vsbak', vips: vips.map((vip) => ({ ...vip, held: false })) });
  expect(problemsOf(director({ groups: [backup], peers: [peer({}, 'active')] }))).toEqual([]);
});

describe('lost redundancy', () => {
  test('a link on which a peer that is heard by another one is silent', () => {
    const links = [link(0), link(1, { lastHeardAgo: millis(5_041) })];
    expect(problemsOf(director({ peers: [peer({ links })] }))).toEqual(['vs1: vsbak is not heard on link 2 (192.168.1.2 to 192.168.1.3)']);
  });

  test('a link on which it was never heard', () => {
    const links = [link(0, { lastHeardAgo: undefined }), link(1)];
    expect(problemsOf(director({ peers: [peer({ links })] }))).toEqual(['vs1: vsbak is not heard on link 1 (10.0.0.2 to 10.0.0.3)']);
  });

  test('a link that is a few adverts behind is not silent', () => {
    expect(problemsOf(director({ peers: [peer({ links: [link(0), link(1, { lastHeardAgo: millis(5_040) })] })] }))).toEqual([]);
  });

  test('the links of a peer that is not heard at all are not told one by one', () => {
    const links = [link(0, { lastHeardAgo: millis(9_000) }), link(1, { lastHeardAgo: undefined })];
    expect(problemsOf(director({ peers: [peer({ heard: false, links })] }))).toEqual(['web: nobody could take over: vsbak is not heard']);
  });

  test('an interface without a link', () => {
    expect(problemsOf(director({ links: [{ dev: 'eth1', up: false }] }))).toEqual(['vs1: eth1 has no link']);
  });

  test('a peer channel that does not answer while the peer advertises', () => {
    const detail = 'no answer within 1500 ms';
    expect(problemsOf(director(), { node: 'vsbak', via: 'adverts', detail })).toEqual([
      'vsbak advertises, but its peer channel does not answer: no answer within 1500 ms',
    ]);
  });

  test('that of a peer that is not heard either is no problem of its own', () => {
    const lost: PeerStatus = { node: 'vsbak', via: 'none', detail: 'connect ETIMEDOUT' };
    expect(problemsOf(director({ peers: [peer({ heard: false })] }), lost)).toEqual(['web: nobody could take over: vsbak is not heard']);
  });
});

describe('what is wrong beside the election', () => {
  const failure = { object: '10.0.0.1/24 dev eth0', attempt: 'add address', errno: 'EPERM' };
  const ofRules = {
    revision: 3,
    digest: rules.digest,
    services: 1,
    servers: 0,
    source: 'disk',
    errors: [],
    drift: [],
    draining: [],
  } as const;
  test.each([
    ['what the kernel refused', director({ kernelFailures: [failure] }), 'vs1: add address 10.0.0.1/24 dev eth0: EPERM'],
    [
      'what somebody else did to the rules in the kernel',
      director({}, { rules: { ...ofRules, drift: ['a is 1, should be 2'] } }),
      'vs1: changed by somebody else, and not repaired: a is 1, should be 2',
    ],
    [
      'a rule that is not in use',
      director(
        {},
        {
          rules: { ...ofRules, errors: ['the store is gone'] },
        },
      ),
      'vs1: the store is gone',
    ],
    [
      'what IPVS could not be set to',
      director({}, { settingsRefused: [{ object: 'sysctl net.ipv4.vs.conntrack', attempt: 'set', errno: 'ENOENT' }] }),
      'vs1: set sysctl net.ipv4.vs.conntrack: ENOENT',
    ],
    [
      'Redis away, with the reason',
      director({}, { store: { backend: 'redis', connected: false, detail: 'connect ECONNREFUSED' } }),
      'vs1: no connection to Redis: connect ECONNREFUSED',
    ],
    [
      'Redis never there',
      director({}, { store: { backend: 'redis', connected: false, detail: undefined } }),
      'vs1: no connection to Redis',
    ],
    [
      'alerts that wait, with the reason',
      director({}, { alerts: { ...alerts, channels: [{ ...channel, waiting: 2, trouble: 'exit code 3' }] } }),
      'vs1: alerts by pager are not delivered (2 wait): exit code 3',
    ],
    [
      'an alert that nobody got',
      director({}, { alerts: { ...alerts, channels: [{ ...channel, failed: 1, trouble: 'HTTP status 404' }] } }),
      'vs1: alerts by pager are not delivered: HTTP status 404',
    ],
    [
      'alerts that would be lost with the process',
      director({}, { alerts: { ...alerts, channels: [{ ...channel, waiting: 1, unsaved: 1 }] } }),
      'vs1: 1 of the alerts by pager that wait are not on the disk',
    ],
  ])('%s', (_title, self, problem) => {
    const report = reportOf(self);
    expect(report).toMatchObject({ healthy: false, problems: [problem] });
  });

  test('the same of the peer, when it answers', () => {
    const other = vsbak({ kernelFailures: [failure] }, { store: { backend: 'redis', connected: false, detail: undefined } });
    expect(problemsOf(director(), other)).toEqual(['vsbak: add address 10.0.0.1/24 dev eth0: EPERM', 'vsbak: no connection to Redis']);
  });

  test('a store that is none has no connection to lose', () => {
    expect(problemsOf(director({}, { store: { backend: 'none', connected: false, detail: undefined } }))).toEqual([]);
    expect(problemsOf(director({}, { store: { backend: 'peer', connected: false, detail: 'vs3 is not connected' } }))).toEqual([]);
  });
});

test('what concerns service comes before what concerns redundancy, and that before what people were not told', () => {
  const self = director(
    {
      groups: [group({ active: undefined, phase: 'fault', reason: 'link-down' })],
      peers: [peer({ heard: false })],
      links: [{ dev: 'eth0', up: false }],
    },
    { alerts: { ...alerts, channels: [{ ...channel, failed: 1, trouble: 'HTTP status 404' }] } },
  );
  expect(problemsOf(self)).toEqual([
    'web: no director is active',
    'web: vs1 is in fault: link-down',
    'web: nobody could take over: vs1 is in fault, vsbak is not heard',
    'vs1: eth0 has no link',
    'vs1: alerts by pager are not delivered: HTTP status 404',
  ]);
});
