// What a packet filter does to one port, put together from its rules and from what was seen to pass.
import { note, ok, problem, type Verdict, warning } from './check.ts';
import { type Hindrance, hindrancesOf, type Port, type Ruleset } from './ruleset.ts';
import type { Seen } from './seen.ts';
import { notSeen } from './unseen.ts';

export interface PortUse extends Port {
  /** "the adverts", "the peer channel" */
  readonly of: string;
  /** Who sends to it. */
  readonly from: readonly string[];
  /** Seen to come through: whatever the rules look like, they let it pass. */
  readonly passes: boolean;
}

export function judgePort(firewall: Seen<Ruleset>, use: PortUse): readonly Verdict[] {
  if (use.passes) return [ok(`${nameOf(use)} come through`)];
  if (!firewall.known) return [notSeen(firewall, `the packet filter was not read for ${nameOf(use)}`)];
  const hindrances = hindrancesOf(firewall.value, use);
  return hindrances.length === 0
    ? [ok(`no rule of the packet filter is about ${nameOf(use)}`)]
    : hindrances.map((one) => verdictOn(one, use));
}

function verdictOn(hindrance: Hindrance, use: PortUse): Verdict {
  const what = nameOf(use);
  switch (hindrance.by) {
    case 'rule': {
      const { rule } = hindrance;
      const text = `the packet filter drops ${what}${rule.narrowed ? ' of some' : ''}: ${rule.text} (chain ${rule.chain} of ${rule.table})`;
      return problem(text, { fix: rule.removal });
    }
    case 'policy': {
      const { chain, perhaps } = hindrance;
      const text = `chain ${chain.name} of ${chain.table} drops what nothing accepts, and no rule names ${what}`;
      return (perhaps ? note : warning)(text, { fix: acceptance(chain.table, chain.name, use) });
    }
  }
}

const nameOf = ({ of, protocol, port }: PortUse): string => `${of} (${protocol.toUpperCase()} port ${port})`;

/** Tables of iptables carry the name of its command. */
function acceptance(table: string, chain: string, { protocol, port, from }: PortUse): string {
  const v6 = from.some((address) => address.includes(':'));
  const sources = from.join(',');
  if (/^ip6?tables/.test(table)) return `${table.split(' ')[0] ?? ''} -I ${chain} -p ${protocol} --dport ${port} -s ${sources} -j ACCEPT`;
  const source = from.length === 0 ? '' : `${v6 ? 'ip6' : 'ip'} saddr { ${from.join(', ')} } `;
  return `nft insert rule ${table} ${chain} ${source}${protocol} dport ${port} accept`;
}
