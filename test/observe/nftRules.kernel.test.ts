// What nft itself says of rules that a real kernel holds.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hindrancesOf } from '../../src/doctor/ruleset.ts';
import { readNftRules } from '../../src/observe/nftRules.ts';
import { Cable } from '../kernel/cable.ts';

let cable: Cable;
beforeAll(() => {
  cable = new Cable();
});
afterAll(() => cable.cut());

const adverts = { protocol: 'udp', port: 1112 } as const;

/** The hindrances of an input chain with these rules. */
function hindrances(policy: 'accept' | 'drop', ...rules: readonly string[]) {
  const chain = `table inet filter {
    set heartbeats { type inet_service; elements = { 1112, 1113 } }
    chain input { type filter hook input priority 0; policy ${policy}; ${rules.join('; ')}; }
  }`;
  cable.run('near', 'nft', `flush ruleset; ${chain}`);
  return hindrancesOf(readNftRules(cable.run('near', 'nft', '-j', 'list', 'ruleset')), adverts);
}

test.each([
  ['the port', 'udp dport 1112 drop'],
  ['a range', 'udp dport 1100-1200 reject'],
  ['a list', 'udp dport { 53, 1112 } drop'],
  ['a named set', 'udp dport @heartbeats drop'],
  ['the port of any transport', 'meta l4proto { tcp, udp } th dport 1112 drop'],
])('a rule that drops %s is found, and its command deletes it', (_, rule) => {
  const [found] = hindrances('accept', rule);
  expect(found).toMatchObject({ by: 'rule', rule: { verdict: 'drop', chain: 'input', table: 'inet filter', narrowed: false } });
  if (found?.by !== 'rule') throw new Error('no rule');
  cable.run('near', ...(found.rule.removal.split(' ') as [string, ...string[]]));
  expect(hindrancesOf(readNftRules(cable.run('near', 'nft', '-j', 'list', 'ruleset')), adverts)).toEqual([]);
});

test.each([
  ['another port', 'udp dport 53 drop'],
  ['another protocol', 'tcp dport 1112 drop'],
  ['all ports but this one', 'udp dport != 1112 drop'],
  ['nothing but counting', 'udp dport 1112 counter'],
])('a rule about %s is none', (_, rule) => {
  expect(hindrances('accept', rule)).toEqual([]);
});

test('a rule for one source only is told as such', () => {
  expect(hindrances('accept', 'ip saddr 10.0.0.3 udp dport 1112 drop')).toMatchObject([{ by: 'rule', rule: { narrowed: true } }]);
});

test('a chain that drops by policy is found, unless a rule accepts the port by name', () => {
  expect(hindrances('drop', 'ct state established accept')).toMatchObject([{ by: 'policy', chain: { hook: 'input' }, perhaps: true }]);
  expect(hindrances('drop', 'tcp dport 22 accept')).toMatchObject([{ by: 'policy', perhaps: false }]);
  expect(hindrances('drop', 'udp dport 1112 accept')).toEqual([]);
});
