import { expect, test } from 'vitest';
import { hindrancesOf } from '../../src/doctor/ruleset.ts';
import { readIptablesRules } from '../../src/observe/iptablesRules.ts';

const save = (...lines: readonly string[]): string => ['*filter', ...lines, 'COMMIT'].join('\n');
const open = [':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'];
const adverts = { protocol: 'udp', port: 1112 } as const;

test('a rule that drops the port is found, with the command that deletes it', () => {
  const text = save(...open, '-A INPUT -p udp -m udp --dport 1112 -j DROP');
  expect(hindrancesOf(readIptablesRules(text, 'iptables'), adverts)).toMatchObject([
    { by: 'rule', rule: { narrowed: false, removal: 'iptables -t filter -D INPUT -p udp -m udp --dport 1112 -j DROP' } },
  ]);
});

test.each([
  ['a list of ports', '-A INPUT -p udp -m multiport --dports 53,1100:1200 -j REJECT --reject-with icmp-port-unreachable', false],
  ['one source', '-A INPUT -s 10.0.0.3/32 -p udp -m udp --dport 1112 -j DROP', true],
])('a rule about %s is found', (_, rule, narrowed) => {
  const found = hindrancesOf(readIptablesRules(save(...open, rule), 'iptables'), adverts);
  expect(found).toMatchObject([{ by: 'rule', rule: { narrowed } }]);
});

test.each([
  ['another port', '-A INPUT -p udp -m udp --dport 1113 -j DROP'],
  ['another protocol', '-A INPUT -p tcp -m tcp --dport 1112 -j DROP'],
  ['everything to another chain', '-A INPUT -p udp -m udp --dport 1112 -j LOG'],
])('a rule about %s is none', (_, rule) => {
  expect(hindrancesOf(readIptablesRules(save(...open, rule), 'iptables'), adverts)).toEqual([]);
});

test('a policy that drops is one, unless a rule accepts the port', () => {
  const closed = [':INPUT DROP [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]'];
  const found = hindrancesOf(readIptablesRules(save(...closed), 'iptables'), adverts);
  expect(found).toMatchObject([{ by: 'policy', chain: { name: 'INPUT', table: 'iptables -t filter' }, perhaps: false }]);
  const accepted = save(...closed, '-A INPUT -p udp -m udp --dport 1112 -j ACCEPT');
  expect(hindrancesOf(readIptablesRules(accepted, 'iptables'), adverts)).toEqual([]);
  const perhaps = save(...closed, '-A INPUT -i eth1 -j ACCEPT');
  expect(hindrancesOf(readIptablesRules(perhaps, 'iptables'), adverts)).toMatchObject([{ by: 'policy', perhaps: true }]);
});

test('tables that only translate addresses are left out', () => {
  expect(readIptablesRules('*nat\n:PREROUTING DROP [0:0]\n-A PREROUTING -p udp --dport 1112 -j DNAT\nCOMMIT', 'iptables')).toEqual({
    chains: [],
    rules: [],
  });
});
