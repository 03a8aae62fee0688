import { expect, test } from 'vitest';
import { doctorText } from '../../src/cli/renderDoctor.ts';
import type { Finding } from '../../src/doctor/check.ts';

const finding = (change: Partial<Finding>): Finding => ({
  check: 'config',
  group: 'configuration',
  level: 'ok',
  text: 'vspair.yaml is in order',
  why: null,
  fix: null,
  ...change,
});
const plain = (_: string, text: string): string => text;
const named = (colour: string, text: string): string => `<${colour}>${text}</${colour}>`;

test('one line for each finding by groups, and below what is not ok its reason and its fix', () => {
  const findings = [
    finding({ group: 'network', check: 'vrrp', level: 'problem', text: 'another router', why: 'it takes the address', fix: 'stop it' }),
    finding({}),
    finding({ group: 'network', check: 'mtu', level: 'note', text: 'not looked at' }),
  ];
  expect(doctorText(findings, plain).split('\n')).toEqual([
    'Configuration',
    '  ok       vspair.yaml is in order',
    '',
    'Network',
    '  problem  another router',
    '           why: it takes the address',
    '           fix: stop it',
    '  note     not looked at',
    '',
    '3 findings: 1 problem, 1 note',
  ]);
});

test.each([
  ['green', []],
  ['yellow', ['warning']],
  ['red', ['warning', 'problem']],
] as const)('a terminal shows the sum in %s', (colour, levels) => {
  const text = doctorText([finding({}), ...levels.map((level) => finding({ level }))], named);
  expect(text.split('\n').at(-1)).toMatch(new RegExp(`^<${colour}>`));
  expect(text).toContain('<green>ok     </green>');
});
