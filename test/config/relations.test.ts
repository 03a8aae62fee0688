// What the values of a configuration demand of each other; what is doubtful but works is a warning.
import { expect, test } from 'vitest';
import { complaints, type Row, sample, spoiled } from './sample.ts';

const rows: readonly Row[] = [
  {
    rule: "a director's name with a blank",
    from: 'vs1:   {',
    to: '"v 1": {',
    says: [
      'c.yaml:4:3: the director\'s name is "v 1"; expected letters, digits, dots, dashes and underscores, at most 63',
      'c.yaml:17:19: groups[1].priorities.vs1: there is no director vs1; expected v 1 or vsbak (did you mean v 1?)',
    ],
  },
  {
    rule: 'a director called __proto__ is not dropped silently',
    from: 'vs1:   {',
    to: '__proto__: {',
    says: [
      'c.yaml:4:3: the director\'s name is "__proto__"; expected letters, digits, dots, dashes and underscores, at most 63',
      'c.yaml:17:19: groups[1].priorities.vs1: there is no director vs1; expected __proto__ or vsbak',
    ],
  },
  {
    rule: 'one director is no pair',
    from: '  vsbak: { priority: 100, addresses: [10.0.0.3, 192.168.1.3] }\n',
    to: '',
    says: ['c.yaml:4:3: directors names only vs1; expected two directors at least'],
  },
  {
    rule: 'unequal numbers of heartbeat links',
    from: '[10.0.0.3, 192.168.1.3]',
    to: '[10.0.0.3]',
    says: ['c.yaml:5:38: heartbeat addresses: 1 on vsbak, 2 on vs1; expected one per heartbeat link on every director, in the same order'],
  },
  {
    rule: 'two families on one heartbeat link',
    from: '192.168.1.3]',
    to: '"2001:db8::3"]',
    says: ['c.yaml:5:49: directors.vsbak.addresses[1] is IPv6 and that of vs1 is IPv4; expected one family on one heartbeat link'],
  },
  {
    rule: 'two directors with one address',
    from: '[10.0.0.3,',
    to: '[10.0.0.2,',
    says: [
      'c.yaml:5:39: directors.vsbak.addresses[0] is 10.0.0.2, which line 4 has already; expected an address of its own for every director and link',
    ],
  },
  {
    rule: 'a VRID twice',
    from: 'vrid: 52',
    to: 'vrid: 51',
    says: ['c.yaml:15:11: groups[1].vrid is 51, which line 9 has already; expected a VRID of its own for every group'],
  },
  {
    rule: "a group's name twice",
    from: 'name: six',
    to: 'name: web',
    says: ['c.yaml:14:11: groups[1].name is web, which line 8 has already; expected a name of its own for every group'],
  },
  {
    rule: 'a virtual IP twice in one group',
    from: '192.168.1.254/24',
    to: '10.0.0.1/25',
    says: ['c.yaml:12:20: groups[0].vips[1].address is 10.0.0.1, which line 11 has already; expected each virtual IP in one group, once'],
  },
  {
    rule: 'a virtual IP in two groups, in two spellings',
    from: '10.0.0.1/24',
    to: '2001:0DB8:0::1/64',
    says: [
      'c.yaml:16:23: groups[1].vips[0].address is 2001:db8::1, which line 11 has already; expected each virtual IP in one group, once',
    ],
  },
  {
    rule: 'a virtual IP that is a heartbeat address',
    from: '10.0.0.1/24',
    to: '10.0.0.3/24',
    says: [
      'c.yaml:11:20: groups[0].vips[0].address is 10.0.0.3, the heartbeat address of a director; expected an address that no director has as its own',
    ],
  },
  {
    rule: 'an override for an unknown director',
    from: '{ vs1: 50 }',
    to: '{ vsback: 50 }',
    says: ['c.yaml:17:19: groups[1].priorities.vsback: there is no director vsback; expected vs1 or vsbak (did you mean vsbak?)'],
  },
  {
    rule: 'equal priorities are warned of',
    from: 'priority: 100',
    to: 'priority: 150',
    says: [
      'warning c.yaml:8:5: group web: vs1 has priority 150, vsbak has priority 150; the higher address decides; expected different priorities',
    ],
  },
  {
    rule: 'equal priorities by an override are warned of',
    from: '{ vs1: 50 }',
    to: '{ vs1: 100 }',
    says: [
      'warning c.yaml:17:17: group six: vs1 has priority 100, vsbak has priority 100; the higher address decides; expected different priorities',
    ],
  },
  {
    rule: 'a delay that waits for nothing is warned of',
    from: 'preempt: false',
    to: 'preemptDelay: 5s',
    says: ['warning c.yaml:13:19: groups[0].preemptDelay has no effect; expected preempt: true beside it'],
  },
  {
    rule: 'a virtual IP on lo is warned of',
    from: 'dev: eth0 }\n      -',
    to: 'dev: lo }\n      -',
    says: [
      'warning c.yaml:11:38: groups[0].vips[0].dev is lo, where nothing can be announced; expected an interface that clients reach, eth0 or bond0',
    ],
  },
  ...['0.0.0.0:9112', '10.0.0.2:9112', '[::]:9112'].map((listen) => ({
    rule: `metrics at ${listen}, for everyone on the network, are warned of`,
    from: 'log: {',
    to: `metrics: { listen: "${listen}" }\nlog: {`,
    says: [
      'warning c.yaml:24:20: metrics.listen is open to the network, and metrics are told to everyone who asks; expected a loopback address, or a firewall that lets Prometheus alone through',
    ],
  })),
  ...['127.0.0.1:9112', '127.8.8.8:1', '[::1]:9112', '/run/vspair/metrics.sock'].map((listen) => ({
    rule: `metrics at ${listen} are for this machine alone`,
    from: 'log: {',
    to: `metrics: { listen: "${listen}" }\nlog: {`,
    says: [],
  })),
];

test.each(rows)('$rule', ({ from, to, says }) => {
  expect(complaints(spoiled(from, to))).toEqual(says);
});

test('a delay beside preempt: true is as it should be', () => {
  expect(complaints(spoiled('preempt: false', 'preempt: true\n    preemptDelay: 30s'))).toEqual([]);
});

test('adverts that run beside the networks of all virtual IPs are warned of', () => {
  const text = sample
    .replaceAll('[10.0.0.', '[10.9.0.')
    .replaceAll(', 192.168.1.2]', ', 10.9.1.2]')
    .replaceAll(', 192.168.1.3]', ', 10.9.1.3]');
  expect(complaints(text)).toEqual([
    'warning c.yaml:4:3: no heartbeat link runs over the network of a virtual IP: a director cut off from its clients would stay active; expected one heartbeat address in the network of a virtual IP',
  ]);
});

test('every mistake of a file is told at once, in the order of the file', () => {
  const text = spoiled('vrid: 52', 'vrid: 51')
    .replace('priority: 150', 'priority: 300')
    .replace('100ms', '100')
    .replace('standby: warm', 'standbye: warm');
  expect(complaints(text).map((line) => line.slice(0, line.indexOf(' ')))).toEqual([
    'c.yaml:4:22:',
    'c.yaml:6:36:',
    'c.yaml:15:11:',
    'c.yaml:19:9:',
  ]);
});
