// A packet filter's rules as far as a port is concerned: what names it, what drops everything that nothing accepts.

export interface Ruleset {
  readonly chains: readonly Chain[];
  readonly rules: readonly Rule[];
}

/** Where packets meet a filter for the first time. */
export interface Chain {
  readonly name: string;
  readonly table: string;
  readonly hook: 'input' | 'output' | 'other';
  readonly policy: 'accept' | 'drop';
}

export interface Rule {
  readonly table: string;
  readonly chain: string;
  readonly verdict: 'accept' | 'drop' | 'other';
  /** Undefined: of any protocol. */
  readonly protocol: 'udp' | 'tcp' | undefined;
  /** Ranges of destination ports, both ends included; undefined: whatever the port. */
  readonly ports: readonly (readonly [number, number])[] | undefined;
  /** It asks for more: an address, an interface, a state. */
  readonly narrowed: boolean;
  /** As a person finds it. */
  readonly text: string;
  /** The command that deletes it. */
  readonly removal: string;
}

export interface Port {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
}

/** `rule`: it names the port and drops. `policy`: the chain drops what nothing accepts, and no rule accepts this port by name. */
export type Hindrance =
  | { readonly by: 'rule'; readonly rule: Rule }
  | { readonly by: 'policy'; readonly chain: Chain /** Some rule may accept it for another reason. */; readonly perhaps: boolean };

export function hindrancesOf({ chains, rules }: Ruleset, to: Port): readonly Hindrance[] {
  const naming = rules.filter((rule) => names(rule, to));
  const dropping = naming.filter(({ verdict }) => verdict === 'drop').map((rule): Hindrance => ({ by: 'rule', rule }));
  const closed = chains.filter(({ hook, policy }) => hook !== 'other' && policy === 'drop');
  const closing = closed
    .filter(({ table }) => !naming.some((rule) => rule.table === table && rule.verdict === 'accept'))
    .map((chain): Hindrance => ({ by: 'policy', chain, perhaps: rules.some((rule) => mayAccept(rule, chain, to)) }));
  return [...dropping, ...closing];
}

const names = ({ protocol, ports }: Rule, to: Port): boolean =>
  (protocol ?? to.protocol) === to.protocol && ports?.some(([first, last]) => first <= to.port && to.port <= last) === true;

const mayAccept = ({ verdict, table, protocol, ports }: Rule, chain: Chain, to: Port): boolean =>
  verdict === 'accept' && table === chain.table && ports === undefined && (protocol ?? to.protocol) === to.protocol;
