// What `nft -j list ruleset` says, as far as ports are concerned (libnftables-json(5)).
import type { Chain, Rule, Ruleset } from '../doctor/ruleset.ts';

type Fields = Readonly<Record<string, unknown>>;
type Range = readonly [number, number];
type Sets = ReadonlyMap<string, readonly Range[]>;

/** Throws SyntaxError when it is not JSON. */
export function readNftRules(json: string): Ruleset {
  const items = listOf(fieldsOf(JSON.parse(json))['nftables']).map(fieldsOf);
  const sets: Sets = new Map(
    items.flatMap((item) => {
      const set = fieldsOf(item['set']);
      return set['name'] === undefined ? [] : [[`@${textOf(set['name'])}`, rangesOf({ set: set['elem'] }, new Map())]];
    }),
  );
  return {
    chains: items.flatMap((item) => chainOf(fieldsOf(item['chain']))),
    rules: items.flatMap((item) => ruleOf(fieldsOf(item['rule']), sets)),
  };
}

const hooks: Readonly<Record<string, Chain['hook']>> = {
  input: 'input',
  ingress: 'input',
  prerouting: 'input',
  output: 'output',
  postrouting: 'output',
};

/** Only a base chain has a hook and a policy. */
function chainOf(chain: Fields): Chain[] {
  if (chain['hook'] === undefined || chain['type'] !== 'filter') return [];
  const policy = chain['policy'] === 'drop' ? 'drop' : 'accept';
  return [{ name: textOf(chain['name']), table: tableOf(chain), hook: hooks[textOf(chain['hook'])] ?? 'other', policy }];
}

function ruleOf(rule: Fields, sets: Sets): Rule[] {
  if (rule['expr'] === undefined) return [];
  const expressions = listOf(rule['expr']).map(fieldsOf);
  const matches = expressions.flatMap((one) => (one['match'] === undefined ? [] : [fieldsOf(one['match'])]));
  const byPort = matches.find(isPortMatch);
  const verdict = verdictOf(expressions);
  const protocol = protocolOf(matches, byPort);
  const ports = byPort === undefined ? undefined : rangesOf(byPort['right'], sets);
  const narrowed = matches.some((match) => match !== byPort && !isProtocolMatch(match));
  const chain = textOf(rule['chain']);
  const handle = textOf(rule['handle']);
  return [
    {
      table: tableOf(rule),
      chain,
      verdict,
      protocol,
      ports,
      narrowed,
      text: [protocol, ports === undefined ? undefined : `dport ${ports.map(rangeText).join(', ')}`, verdict, `(handle ${handle})`]
        .filter((part) => part !== undefined)
        .join(' '),
      removal: `nft delete rule ${tableOf(rule)} ${chain} handle ${handle}`,
    },
  ];
}

const tableOf = (of: Fields): string => `${textOf(of['family'])} ${textOf(of['table'])}`;

function verdictOf(expressions: readonly Fields[]): Rule['verdict'] {
  if (expressions.some((one) => 'drop' in one || 'reject' in one)) return 'drop';
  return expressions.some((one) => 'accept' in one) ? 'accept' : 'other';
}

const payloadOf = (match: Fields): Fields => fieldsOf(fieldsOf(match['left'])['payload']);

const isPortMatch = (match: Fields): boolean => payloadOf(match)['field'] === 'dport' && match['op'] !== '!=';

const isProtocolMatch = (match: Fields): boolean =>
  fieldsOf(fieldsOf(match['left'])['meta'])['key'] === 'l4proto' || ['protocol', 'nexthdr'].includes(textOf(payloadOf(match)['field']));

/** Of the port's own header, else of a match on the protocol. */
function protocolOf(matches: readonly Fields[], byPort: Fields | undefined): Rule['protocol'] {
  const named = byPort === undefined ? undefined : payloadOf(byPort)['protocol'];
  const asked = named === undefined || named === 'th' ? matches.find(isProtocolMatch)?.['right'] : named;
  return asked === 'udp' || asked === 'tcp' ? asked : undefined;
}

/** A port, a range, a set of those, or the name of a set. */
function rangesOf(right: unknown, sets: Sets): readonly Range[] {
  if (typeof right === 'number') return [[right, right]];
  if (typeof right === 'string') return sets.get(right) ?? [];
  const { set, range, elem } = fieldsOf(right);
  if (set !== undefined) return listOf(set).flatMap((one) => rangesOf(one, sets));
  // An element with a timeout or a counter.
  if (elem !== undefined) return rangesOf(fieldsOf(elem)['val'], sets);
  const [first, last] = listOf(range);
  return typeof first === 'number' && typeof last === 'number' ? [[first, last]] : [];
}

const rangeText = ([first, last]: Range): string => (first === last ? String(first) : `${first}-${last}`);

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
