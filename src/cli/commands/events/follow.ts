// `vspair events --follow`: each new event as it comes. When the daemon restarts it is waited for, and what was told meanwhile
// is made up for.
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlClient } from '../../../control/client.ts';
import { mostEvents } from '../../../control/protocol.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import type { DirectorEvent } from '../../../events/event.ts';
import type { EventSelection } from '../../../events/selection.ts';
import { askDaemon } from '../../ask.ts';
import type { GlobalOptions } from '../../options.ts';
import { eventLine } from '../../renderEvents.ts';
import type { World } from '../../world.ts';

export interface FollowOptions extends GlobalOptions {
  /** How many of the past are shown first. */
  readonly limit: number;
  readonly selection: EventSelection;
}

/** As long as a timer of Node can wait. */
const foreverMs = 0x7fff_ffff;
const againAfterMs = 500;

/** Ends with the process, or when the daemon cannot be reached the first time. */
export async function follow(options: FollowOptions, world: World): Promise<ExitCode> {
  const shown = new Set<string>();
  const show = (event: DirectorEvent): void => {
    const key = keyOf(event);
    if (!shown.has(key)) world.out(options.json ? JSON.stringify(event) : eventLine(event, world.paint.out));
    shown.add(key);
  };
  let connections = 0;
  for (;;) {
    try {
      await askDaemon(options, world, async (client) => {
        connections += 1;
        await watch(client, options, { first: connections === 1, show, shown });
      });
      return exitCodes.ok;
    } catch (error) {
      if (connections === 0 || !isGone(error)) throw error;
      await pause(againAfterMs);
    }
  }
}

/** A takeover that is told again with its phases is another line. */
const keyOf = ({ id, node, phases }: DirectorEvent): string => `${id} ${node} ${phases.length}`;
const isGone = (error: unknown): boolean => error instanceof VspairError && error.code === 'VSP_DAEMON_NOT_REACHABLE';

interface Watching {
  readonly first: boolean;
  readonly show: (event: DirectorEvent) => void;
  readonly shown: Set<string>;
}

async function watch(client: ControlClient, { limit, selection }: FollowOptions, { first, show, shown }: Watching): Promise<void> {
  const early: DirectorEvent[] = [];
  let isCaughtUp = false;
  const onProgress = (value: unknown): void => {
    // The daemon of this machine is of our own package.
    const event = value as DirectorEvent;
    if (isCaughtUp) show(event);
    else early.push(event);
  };
  const following = client.ask('eventsFollow', selection, { timeoutMs: foreverMs, onProgress });
  // Until it is awaited below, the failure of the other question is told first.
  following.catch(() => undefined);
  const past = await client.ask('events', { limit: mostEvents, ...selection });
  if (first) for (const event of past.slice(0, -limit)) shown.add(keyOf(event));
  for (const event of [...past, ...early]) show(event);
  isCaughtUp = true;
  await following;
}
