// Where a store that shares the rules among the directors meets the peer channel and the election. The daemon brings the
// three together once all of them are there.
import type { NodeName } from '../core/types.ts';
import { type Handlers, RpcRefusal } from '../rpc/methods.ts';
import type { ExchangeShapes } from '../rules/exchange.ts';

/** The other directors, as a store needs them. */
export interface RulesPeers {
  /** Throws VspairError; its cause is an AskError when the question was sent. */
  ask<Name extends keyof ExchangeShapes>(
    peer: NodeName,
    method: Name,
    params: ExchangeShapes[Name]['params'],
    timeoutMs: number,
  ): Promise<ExchangeShapes[Name]['result']>;
  connected(peer: NodeName): boolean;
  /** The active director of the first group, as this one sees it. */
  active(): Promise<NodeName | undefined>;
}

/** The side of a store that other directors see. */
export interface RulesReplica {
  readonly answers: Handlers<ExchangeShapes>;
  /** From now on the rules are exchanged. Until then they are those of the disk. */
  begin(peers: RulesPeers): void;
  noteConnected(peer: NodeName): void;
  /** Other directors from now on, in the order in which they win an election. */
  reorder(directors: readonly NodeName[]): void;
}

/** The answers of a director that shares its rules in another way. */
export function exchangeRefused(why: string): Handlers<ExchangeShapes> {
  const refuse = (): never => {
    throw new RpcRefusal('refused', why);
  };
  return { rulesLook: refuse, rulesOffer: refuse, rulesNames: refuse, rulesPast: refuse, rulesApply: refuse };
}
