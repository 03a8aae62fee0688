// A daemon that answers as a test tells it, on a real control socket.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ControlShapes } from '../../src/control/protocol.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { Handlers } from '../../src/rpc/methods.ts';
import { directory } from './process.ts';

const neverAsked = () => {
  throw new Error('this was not to be asked');
};

const silent: Handlers<ControlShapes> = {
  status: neverAsked,
  failover: neverAsked,
  maintenance: neverAsked,
  alertsTest: neverAsked,
  events: neverAsked,
  eventViews: neverAsked,
  eventsFollow: neverAsked,
  reload: neverAsked,
  rulesShow: () => null,
  rulesHistory: neverAsked,
  rulesTrouble: () => null,
  rulesPlanned: neverAsked,
  rulesApply: neverAsked,
  rulesAwait: neverAsked,
};

/** Gives its socket. */
export async function answering(handlers: Partial<Handlers<ControlShapes>>, socket = join(directory(), 'c.sock')): Promise<string> {
  const server = await startControlServer({ socket, handlers: { ...silent, ...handlers }, onFailure: () => undefined });
  onTestFinished(() => server.close());
  return socket;
}
