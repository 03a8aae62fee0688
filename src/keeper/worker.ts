// Entry of the keeper's thread: gives the keeper its clock, sockets and kernel, and nothing else.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { bootClock } from '../kernel/clock.ts';
import { openKernelPort } from '../kernel/kernelPort.ts';
import { requestRealtime } from '../kernel/realtime.ts';
import { hardenAdvertSocket } from '../kernel/socketOptions.ts';
import { openAdvertSockets } from './advertSockets.ts';
import { createKeeper } from './keeper.ts';
import type { FromKeeper, KeeperBoot, ToKeeper } from './messages.ts';
import { startRuntime } from './runtime.ts';

const port = parentPort;
if (isMainThread || port === null) throw new Error('the keeper runs in a thread of the daemon: use vspair run');

// The daemon alone starts this thread, with a KeeperBoot.
const boot = workerData as KeeperBoot;
const clock = bootClock();
const kernel = openKernelPort();
const realtime = requestRealtime();

const inbox = { receive: (_link: number, _datagram: Uint8Array, _remote: string): void => undefined };
const sockets = await openAdvertSockets({
  links: boot.links,
  port: boot.port,
  receive: (link, datagram, remote) => inbox.receive(link, datagram, remote),
  harden: hardenAdvertSocket,
});

const report = (message: FromKeeper): void => {
  port.postMessage(message.type === 'snapshot' ? withThread(message) : message);
  if (message.type === 'exited') end();
};

const withThread = (message: Extract<FromKeeper, { type: 'snapshot' }>): FromKeeper => {
  const { snapshot } = message;
  const adverts = { ...snapshot.adverts, sendFailures: sockets.sendFailures() };
  return { ...message, snapshot: { ...snapshot, realtime, adverts } };
};

const keeper = createKeeper(boot, { clock, kernel, adverts: sockets, report });
keeper.start();
const runtime = startRuntime({ keeper, now: () => clock.now(), drainKernel: () => kernel.drainChanges() });

inbox.receive = (link, datagram, remote) => {
  keeper.receive(link, datagram, remote);
  runtime.poke();
};
kernel.onChange((change) => {
  keeper.kernelChanged(change);
  runtime.poke();
});
port.on('message', (message: ToKeeper) => {
  keeper.command(message);
  runtime.poke();
});
port.postMessage({ type: 'ready', realtime } satisfies FromKeeper);

function end(): void {
  runtime.stop();
  // An FFI poll that outlives its thread takes the process with it.
  kernel.close();
  // Adverts leave in the send call itself; this only lets the last failures be counted.
  setImmediate(() => process.exit(0));
}
