// What iptables-save and ip6tables-save say, as far as ports are concerned.
import type { Chain, Rule, Ruleset } from '../doctor/ruleset.ts';

const hooks: Readonly<Record<string, Chain['hook']>> = { INPUT: 'input', PREROUTING: 'input', OUTPUT: 'output', POSTROUTING: 'output' };
const dropping = ['DROP', 'REJECT'];

/** Options that choose no packet beyond protocol and port: their words go with them. */
const plain = /^(?:-A|-p|-m|-j|--dport|--dports|--reject-with|--comment)$/;

/** `program`: the command that the rules belong to, iptables or ip6tables. */
export function readIptablesRules(text: string, program: string): Ruleset {
  const chains: Chain[] = [];
  const rules: Rule[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    else if (table === 'filter' || table === 'raw' || table === 'mangle') {
      chains.push(...chainIn(line, `${program} -t ${table}`));
      rules.push(...ruleIn(line, `${program} -t ${table}`));
    }
  }
  return { chains, rules };
}

/** `:INPUT DROP [0:0]` */
function chainIn(line: string, table: string): Chain[] {
  const [, name, policy] = /^:(\S+) (ACCEPT|DROP)/.exec(line) ?? [];
  if (name === undefined) return [];
  return [{ name, table, hook: hooks[name] ?? 'other', policy: policy === 'DROP' ? 'drop' : 'accept' }];
}

/** `-A INPUT -s 10.0.0.3/32 -p udp -m udp --dport 1112 -j DROP` */
function ruleIn(line: string, table: string): Rule[] {
  const words = line.split(/\s+/);
  if (words[0] !== '-A') return [];
  const after = (option: string): string | undefined => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  const target = after('-j') ?? '';
  const protocol = after('-p');
  const ports = after('--dport') ?? after('--dports');
  return [
    {
      table,
      chain: words[1] ?? '',
      verdict: dropping.includes(target) ? 'drop' : target === 'ACCEPT' ? 'accept' : 'other',
      protocol: protocol === 'udp' || protocol === 'tcp' ? protocol : undefined,
      ports: ports?.split(',').map(rangeOf),
      narrowed: words.some((word) => word.startsWith('-') && !plain.test(word)),
      text: line,
      removal: `${table} -D ${words.slice(1).join(' ')}`,
    },
  ];
}

function rangeOf(text: string): readonly [number, number] {
  const [first, last] = text.split(':').map(Number);
  return [first ?? 0, last ?? first ?? 0];
}
