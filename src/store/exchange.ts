// One director's rules and history brought together with those of another one, as the side that asks. Looking is cheap;
// documents travel only when they differ.

import type { NodeName } from '../core/types.ts';
import { VspairError } from '../errors/catalogue.ts';
import { AskError } from '../rpc/asking.ts';
import type { RulesRevision } from '../rules/document.ts';
import type { LookAnswer, Stand, Unreached } from '../rules/exchange.ts';
import { compareRevisions, type Precedence } from '../rules/lineage.ts';
import { readRevision } from '../rules/revision.ts';
import { historyMark, wantedFrom } from './historyExchange.ts';
import type { LocalHistory } from './localHistory.ts';
import type { RulesPeers } from './rulesPeers.ts';
import type { SharedRules } from './sharedRules.ts';

export interface ExchangeParts {
  readonly shared: SharedRules;
  readonly history: LocalHistory;
  readonly node: NodeName;
  /** The version of vspair. */
  readonly version: string;
  readonly precedence: Precedence;
  readonly peers: RulesPeers;
}

/** Enough for the largest document over a slow link; looking has less to carry. */
const exchangeMs = { look: 2_000, document: 15_000 } as const;

/** The first offer may make the other side speak up for its own; after that both hold the same. */
const longestTalk = 3;

/** Both have the same rules when it resolves, and the history that is left to us here. Throws VspairError. */
export async function exchangeWith(peer: NodeName, parts: ExchangeParts): Promise<void> {
  let seen = await look(peer, parts);
  // What it had in use may lose now, and comes here with its history.
  if (!agree(seen, parts) && seen.rules !== null) parts.shared.lost.suspect(seen.rules);
  for (let round = 0; round < longestTalk && !agree(seen, parts); round += 1) {
    await offer(peer, parts, exchangeMs.document);
    seen = await look(peer, parts);
  }
  if (seen.history !== historyMark(parts.history)) await catchUp(peer, parts);
  await parts.shared.caughtUp();
}

/** Offers our rules at once. Undefined when the other one holds them now, or better ones that are held here too. */
export async function push(peer: NodeName, parts: ExchangeParts, timeoutMs: number): Promise<Unreached | undefined> {
  try {
    await offer(peer, parts, timeoutMs);
    return undefined;
  } catch (error) {
    return { director: peer, detail: error instanceof Error ? error.message : String(error) };
  }
}

export async function standOf({ node, peers }: Pick<ExchangeParts, 'node' | 'peers'>): Promise<Stand> {
  return { from: node, active: (await peers.active()) === node };
}

/** The other one does not understand us, or does not share its rules with us: trying again is of no use by itself. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof VspairError)) return error instanceof Error ? error.message : String(error);
  if (!(error.cause instanceof AskError)) return error.code === 'VSP_PEER_NOT_REACHABLE' ? undefined : error.message;
  switch (error.cause.reason) {
    case 'timed-out':
    case 'connection-lost':
    case 'busy':
      return undefined;
    case 'unknown-method':
      return `${error.object} runs a version that shares no rules with its peers`;
    case 'refused':
    case 'failed':
    case 'malformed':
    case 'too-long':
    case 'bad-params':
    case 'bad-answer':
      return error.message;
  }
}

async function look(peer: NodeName, parts: ExchangeParts): Promise<LookAnswer> {
  return parts.peers.ask(peer, 'rulesLook', await standOf(parts), exchangeMs.look);
}

function agree({ rules }: LookAnswer, { shared, precedence }: ExchangeParts): boolean {
  const mine = shared.mine();
  if (mine === undefined || rules === null) return mine === undefined && rules === null;
  if (compareRevisions(mine, rules, precedence) !== 0) return false;
  // What a peer holds too is the store's, not only the disk's.
  shared.held.adopt(mine);
  return true;
}

async function offer(peer: NodeName, parts: ExchangeParts, timeoutMs: number): Promise<void> {
  const { shared, peers } = parts;
  const stand = await standOf(parts);
  const answer = await peers.ask(peer, 'rulesOffer', { ...stand, rules: shared.mine() ?? null }, timeoutMs);
  if (answer.rules === null) return;
  await shared.join(checked(answer.rules, peer, parts), { here: stand.active, there: answer.active });
}

async function catchUp(peer: NodeName, parts: ExchangeParts): Promise<void> {
  const { names } = await parts.peers.ask(peer, 'rulesNames', {}, exchangeMs.look);
  for (const name of wantedFrom(names, parts.history, parts.shared.mine())) {
    const { rules } = await parts.peers.ask(peer, 'rulesPast', name, exchangeMs.document);
    if (rules !== null && rules !== undefined) await parts.shared.keepPast(checked(rules, peer, parts));
  }
}

function checked(rules: unknown, peer: NodeName, { version }: ExchangeParts): RulesRevision {
  const read = readRevision(rules, version);
  if (read.ok) return read.revision;
  const code = read.newer ? 'VSP_FORMAT_NEWER' : 'VSP_DAEMON_ANSWER';
  throw new VspairError({ code, object: peer, attempt: 'take its rules', detail: read.detail });
}
