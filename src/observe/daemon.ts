// The daemon of this machine, asked over its control socket: its status, its rules, and how the clocks of its peers stand.
import type { ControlClient } from '../control/client.ts';
import type { StatusReport } from '../control/status.ts';
import { type DaemonSeen, known, type PeerSeen, type Seen, unknown } from '../doctor/seen.ts';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { messageOf } from '../errors/message.ts';
import type { RulesDocument } from '../rules/document.ts';

export interface DaemonAnswers {
  readonly daemon: DaemonSeen;
  /** Undefined when no daemon answered. */
  readonly rules: Seen<RulesDocument | undefined> | undefined;
  readonly peers: readonly PeerSeen[];
}

export async function askDaemon(connect: (socket: string) => Promise<ControlClient>, socket: string): Promise<DaemonAnswers> {
  try {
    const client = await connect(socket);
    try {
      return await answersOf(client);
    } finally {
      client.close();
    }
  } catch (error) {
    return { daemon: whyNot(error), rules: undefined, peers: [] };
  }
}

async function answersOf(client: ControlClient): Promise<DaemonAnswers> {
  const before = Date.now();
  const report = await client.ask('status', {});
  const after = Date.now();
  const rules = await client.ask('rulesShow', {});
  return { daemon: { state: 'running', report }, rules: known(rules?.document), peers: peersIn(report, before, after) };
}

function peersIn({ peers }: StatusReport, before: number, after: number): PeerSeen[] {
  return peers.map((peer) => {
    if (peer.via !== 'channel') return { node: peer.node, status: unknown(peer.detail), clock: undefined };
    return { node: peer.node, status: known(peer.director), clock: clockOf(peer.director.daemon.wallClock, before, after) };
  });
}

/** It was read at some moment between the two. */
export function clockOf(wallClock: number | undefined, before: number, after: number): PeerSeen['clock'] {
  if (wallClock === undefined) return undefined;
  return { aheadMs: wallClock - (before + after) / 2, uncertaintyMs: (after - before) / 2 };
}

/** Only a socket that is not there, or that nobody listens on, proves that no daemon runs. */
function whyNot(error: unknown): DaemonSeen {
  const errno = error instanceof VspairError ? errnoOf(error.cause) : '';
  return { state: ['ENOENT', 'ECONNREFUSED'].includes(errno) ? 'absent' : 'unknown', detail: messageOf(error) };
}
