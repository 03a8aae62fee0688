// What an apply of a document would change in each kernel that would get it.
import type { DirectorPlan } from '../control/directorPlan.ts';
import { VspairError } from '../errors/catalogue.ts';
import { messageOf } from '../errors/message.ts';
import type { PeerChannel } from '../peer/channel.ts';
import { AskError } from '../rpc/asking.ts';
import type { RulesDocument } from '../rules/document.ts';
import type { CommandParts } from './commands.ts';

export interface PlanParts extends CommandParts {
  readonly channel: PeerChannel;
}

/** Thousands of services have to be compared on the other side. */
const answerMs = 5_000;

/** Without a shared store each director has rules of its own: no other kernel would change. */
export async function plannedEverywhere({ channel, planned, directorStatus }: PlanParts, document: RulesDocument): Promise<DirectorPlan[]> {
  const { keeper, daemon } = await directorStatus();
  const peers = daemon.store.backend === 'none' ? [] : keeper.peers.map(({ node }) => node);
  return Promise.all([
    planOf(keeper.self, () => planned(document)),
    ...peers.map((node) => planOf(node, () => channel.request(node, 'rulesPlanned', { document }, { timeoutMs: answerMs }))),
  ]);
}

/** Never rejects: a director that cannot tell is part of the answer. */
async function planOf(node: string, ask: () => Promise<readonly string[]>): Promise<DirectorPlan> {
  try {
    return { node, steps: await ask(), detail: null };
  } catch (error) {
    return { node, steps: null, detail: messageOf(reasonOf(error)) };
  }
}

/** The other side's own words, without what carried them. */
const reasonOf = (error: unknown): unknown => (error instanceof VspairError && error.cause instanceof AskError ? error.cause : error);
