// A daemon that answers as a test tells it, on a real control socket.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ControlShapes, controlMethods } from '../../src/control/protocol.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { Handlers } from '../../src/rpc/methods.ts';
import { directory } from './process.ts';

const neverAsked = () => {
  throw new Error('this was not to be asked');
};

const methods = Object.keys(controlMethods) as (keyof ControlShapes)[];

/** Every method is a mistake of the test, but those that commands ask by the way. */
const refusing = Object.fromEntries(methods.map((method) => [method, neverAsked])) as Handlers<ControlShapes>;
const silent: Handlers<ControlShapes> = { ...refusing, rulesShow: () => null, rulesTrouble: () => null };

/** Gives its socket. */
export async function answering(handlers: Partial<Handlers<ControlShapes>>, socket = join(directory(), 'c.sock')): Promise<string> {
  const server = await startControlServer({ socket, handlers: { ...silent, ...handlers }, onFailure: () => undefined });
  onTestFinished(() => server.close());
  return socket;
}
