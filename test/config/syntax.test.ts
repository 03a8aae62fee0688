// What is no YAML, or not the YAML of a configuration.
import { expect, test } from 'vitest';
import { complaints, type Row, spoiled } from './sample.ts';

const rows: readonly Row[] = [
  {
    rule: 'a key given twice',
    from: 'cluster: web\n',
    to: 'cluster: web\ncluster: x\n',
    says: ['c.yaml:2:1: key cluster is given twice; expected each key once'],
  },
  {
    rule: 'a bracket left open',
    from: '192.168.1.2] }',
    to: '192.168.1.2 }',
    says: [
      'c.yaml:4:61: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]; expected well-formed YAML',
    ],
  },
  {
    rule: 'a tab for indentation',
    from: '    vrid: 51',
    to: '\tvrid: 51',
    says: ['c.yaml:9:1: this is not YAML: Tabs are not allowed as indentation; expected well-formed YAML'],
  },
  {
    rule: 'an alias of nothing',
    from: '{ vs1: 50 }',
    to: '*nothing',
    says: ['c.yaml:17:17: alias *nothing has no anchor before it; expected &nothing earlier in the file'],
  },
  {
    rule: 'a tag that nobody knows',
    from: 'cluster: web',
    to: 'cluster: !!name web',
    says: ['c.yaml:1:10: this is not YAML: Unresolved tag: tag:yaml.org,2002:name; expected well-formed YAML'],
  },
];

test.each(rows)('$rule', ({ from, to, says }) => {
  expect(complaints(spoiled(from, to))).toEqual(says);
});

test.each([
  [
    'an empty file',
    '',
    'c.yaml:1:1: the file is empty; expected a mapping with the keys cluster, secretFile, directors, heartbeat, groups, state, ipvs, alerts, metrics, control, log',
  ],
  [
    'a file of comments',
    '# nothing\n',
    'c.yaml:1:1: the file is empty; expected a mapping with the keys cluster, secretFile, directors, heartbeat, groups, state, ipvs, alerts, metrics, control, log',
  ],
  [
    'a file of one word',
    'vspair\n',
    'c.yaml:1:1: the file is "vspair"; expected a mapping with the keys cluster, secretFile, directors, heartbeat, groups, state, ipvs, alerts, metrics, control, log',
  ],
  [
    'a list',
    '- 1\n',
    'c.yaml:1:1: the file is a list; expected a mapping with the keys cluster, secretFile, directors, heartbeat, groups, state, ipvs, alerts, metrics, control, log',
  ],
  ['two documents', 'a: 1\n---\nb: 1\n', 'c.yaml:2:1: a second document begins here; expected one document'],
])('%s is one problem', (_, text, says) => {
  expect(complaints(text)).toEqual([says]);
});

test('aliases that unfold without bound are refused, not unfolded', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}x]`),
  ].join('\n');
  expect(complaints(bomb)).toEqual([expect.stringMatching(/^c\.yaml:1:1: this cannot be unfolded: .*; expected few aliases, or none$/)]);
});

test('a value that an alias repeats is placed where it is written', () => {
  const text = spoiled(
    'vs1:   { priority: 150, addresses: [10.0.0.2, 192.168.1.2] }',
    'vs1:   { priority: &p 300, addresses: [10.0.0.2, 192.168.1.2] }',
  ).replace('priority: 100', 'priority: *p');
  expect(complaints(text)[0]).toBe('c.yaml:4:25: directors.vs1.priority is 300; expected a priority, a whole number from 1 to 254');
});

test('a mistake inside a list that an alias repeats is placed inside that list', () => {
  const text = spoiled('[{ address: "2001:db8::1/64", dev: eth0 }]', '*v')
    .replace('    vips:\n', '    vips: &v\n')
    .replace('dev: eth1', 'dev: "e:1"');
  expect(complaints(text)).toEqual([
    'c.yaml:11:20: groups[1].vips[0].address is 10.0.0.1, which line 11 has already; expected each virtual IP in one group, once',
    'c.yaml:12:20: groups[1].vips[1].address is 192.168.1.254, which line 12 has already; expected each virtual IP in one group, once',
    'c.yaml:12:43: groups[0].vips[1].dev is "e:1"; expected the name of a network interface, such as eth0',
    'c.yaml:12:43: groups[1].vips[1].dev is "e:1"; expected the name of a network interface, such as eth0',
  ]);
});
