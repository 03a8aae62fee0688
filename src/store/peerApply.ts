// An apply among directors that share the rules: carried out by the active one while it can be reached, which orders all of
// them; else here, and sent to whom it can be sent.
import type { NodeName } from '../core/types.ts';
import { VspairError } from '../errors/catalogue.ts';
import { AskError } from '../rpc/asking.ts';
import type { RevisionName, RulesDocument, RulesRevision } from '../rules/document.ts';
import { tooLargeToExchange, type Unreached } from '../rules/exchange.ts';
import { areTied, sameName } from '../rules/lineage.ts';
import { type ExchangeParts, push } from './exchange.ts';
import type { LocalHistory } from './localHistory.ts';
import type { PeerRounds } from './peerRounds.ts';
import type { ApplyFailure, ApplyRequest, ApplyResult, StoreEvent } from './rulesStore.ts';
import type { SharedRules } from './sharedRules.ts';

export interface PeerApplyParts {
  readonly shared: SharedRules;
  /** Undefined until there are peers. */
  readonly exchange: () => ExchangeParts | undefined;
  readonly rounds: PeerRounds;
  readonly node: NodeName;
  /** Every director, in the order in which they win an election. */
  readonly directors: () => readonly NodeName[];
  readonly report: (event: StoreEvent) => void;
}

export interface PeerApply {
  /** What an operator asks of this director. */
  anywhere(document: RulesDocument, request: ApplyRequest): Promise<ApplyResult>;
  /** What another director passes on to this one: it is not passed on again. */
  here(document: RulesDocument, request: ApplyRequest): Promise<ApplyResult>;
}

interface Asked {
  readonly document: RulesDocument;
  readonly request: ApplyRequest;
}

/** Together they stay below the ten seconds that a command waits for its answer. */
const patienceMs = { before: 1_500, push: 4_000, forwarded: 8_000 } as const;

export function applyAmongPeers(parts: PeerApplyParts): PeerApply {
  const here = (document: RulesDocument, request: ApplyRequest): Promise<ApplyResult> => orderHere(parts, { document, request });
  return {
    here,
    async anywhere(document, request) {
      const exchange = parts.exchange();
      const orderer = exchange === undefined ? undefined : await ordererOf(parts, exchange);
      if (exchange === undefined || orderer === undefined) return here(document, request);
      const answer = await forward(orderer, exchange, () => parts.rounds.one(orderer), { document, request });
      return answer ?? (await here(document, request));
    },
  };
}

/** Undefined when it is this director: the active one, or the first that would win an election while nobody is active. */
async function ordererOf({ directors }: PeerApplyParts, { node, peers }: ExchangeParts): Promise<NodeName | undefined> {
  const active = await peers.active();
  const reachable = (name: NodeName): boolean => name === node || peers.connected(name);
  const orderer = active === undefined ? directors().find(reachable) : [active].find(reachable);
  return orderer === node ? undefined : orderer;
}

/** Undefined when it is to be applied here after all: the orderer was not reached, or does not share rules. */
async function forward(
  orderer: NodeName,
  { shared, history, node, peers }: ExchangeParts,
  refresh: () => Promise<void>,
  { document, request }: Asked,
): Promise<ApplyResult | undefined> {
  const refuse = (reason: ApplyFailure, detail: string): ApplyResult => ({ ok: false, reason, detail, current: shared.mine() });
  try {
    const answer = await peers.ask(orderer, 'rulesApply', { from: node, document, ...request }, patienceMs.forwarded);
    if (!answer.ok || !history.has(answer)) await refresh();
    if (!answer.ok) return refuse(answer.reason, answer.detail);
    const revision = await revisionHere(answer, shared, history);
    if (revision !== undefined) return { ok: true, revision, unreached: answer.unreached };
    return refuse('unconfirmed', `${orderer} has revision ${answer.revision}, and it has not come here yet`);
  } catch (error) {
    return unansweredApply(error, refuse);
  }
}

/** The one in use may be missing on a disk that fails. */
async function revisionHere(name: RevisionName, shared: SharedRules, history: LocalHistory): Promise<RulesRevision | undefined> {
  const mine = shared.mine();
  if (sameName(mine, name)) return mine;
  const loaded = await history.load(name);
  return loaded.found === 'content' ? loaded.content : undefined;
}

function unansweredApply(error: unknown, refuse: (reason: ApplyFailure, detail: string) => ApplyResult): ApplyResult | undefined {
  const detail = error instanceof Error ? error.message : String(error);
  const reason = error instanceof VspairError && error.cause instanceof AskError ? error.cause.reason : undefined;
  switch (reason) {
    case undefined:
    case 'unknown-method':
    case 'refused':
      return undefined;
    case 'timed-out':
    case 'connection-lost':
    case 'bad-answer':
      return refuse('unconfirmed', detail);
    case 'busy':
    case 'failed':
    case 'malformed':
    case 'too-long':
    case 'bad-params':
      return refuse('unavailable', detail);
  }
}

async function orderHere(
  { shared, exchange, directors, node, rounds, report }: PeerApplyParts,
  { document, request }: Asked,
): Promise<ApplyResult> {
  const tooLarge = tooLargeToExchange(document);
  if (tooLarge !== undefined) return { ok: false, reason: 'unavailable', detail: tooLarge, current: shared.mine() };
  // What the others have comes here first, so that the new number is above it.
  await rounds.all(patienceMs.before);
  const result = await shared.apply(document, request);
  if (!result.ok) return result;
  const { revision } = result;
  const unreached = await pushToAll(
    directors().filter((name) => name !== node),
    exchange(),
  );
  const mine = shared.mine();
  if (mine !== undefined && areTied(mine, revision))
    return { ok: false, reason: 'conflict', detail: `another director made revision ${revision.revision} at the same time`, current: mine };
  if (unreached.length > 0) report({ type: 'unreached', revision: revision.revision, directors: unreached });
  return { ok: true, revision, unreached };
}

async function pushToAll(others: readonly NodeName[], exchange: ExchangeParts | undefined): Promise<readonly Unreached[]> {
  const tried = await Promise.all(others.map((director) => pushTo(director, exchange)));
  return tried.filter((unreached) => unreached !== undefined);
}

async function pushTo(director: NodeName, exchange: ExchangeParts | undefined): Promise<Unreached | undefined> {
  if (exchange?.peers.connected(director) !== true) return { director, detail: 'it is not connected' };
  return push(director, exchange, patienceMs.push);
}
