// The packet filters of this machine: nftables, and the older iptables where the kernel has tables of it.
import { existsSync, readFileSync } from 'node:fs';
import type { Ruleset } from '../doctor/ruleset.ts';
import { type KernelSeen, known, type Seen, unknown } from '../doctor/seen.ts';
import { messageOf } from '../errors/message.ts';
import { readIptablesRules } from './iptablesRules.ts';
import { readNftRules } from './nftRules.ts';
import { outputOf } from './program.ts';

const empty: Ruleset = { chains: [], rules: [] };

export async function seeFirewall({ modules }: KernelSeen): Promise<Seen<Ruleset>> {
  const seen = await Promise.all([nftables(modules), legacy('iptables', 'ip'), legacy('ip6tables', 'ip6')]);
  const unread = seen.find((one) => !one.known);
  if (unread?.known === false) return unread;
  const rulesets = seen.flatMap((one) => (one.known ? [one.value] : []));
  return known({ chains: rulesets.flatMap(({ chains }) => chains), rules: rulesets.flatMap(({ rules }) => rules) });
}

/** Without its module there are no rules, and `nft` would load it. */
async function nftables({ present, installed }: KernelSeen['modules']): Promise<Seen<Ruleset>> {
  if (present?.has('nf_tables') === false && installed?.has('nf_tables') !== false) return known(empty);
  const listed = await outputOf('nft', ['-j', 'list', 'ruleset']);
  if (!listed.known) return listed;
  try {
    return known(readNftRules(listed.value));
  } catch (error) {
    return unknown(`nft -j list ruleset: ${messageOf(error)}`);
  }
}

/** iptables over nftables is in the list of nft; the older kind has tables of its own, named in /proc. */
async function legacy(program: string, family: string): Promise<Seen<Ruleset>> {
  const names = `/proc/thread-self/net/${family}_tables_names`;
  if (!existsSync(names) || readFileSync(names, 'utf8') === '') return known(empty);
  const saved = await outputOf(`${program}-legacy-save`, []);
  const rules = saved.known ? saved : await outputOf(`${program}-save`, []);
  return rules.known ? known(readIptablesRules(rules.value, program)) : rules;
}
