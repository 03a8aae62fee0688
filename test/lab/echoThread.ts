// The thread of echo.ts: a UDP socket in each host's namespace.
import { createSocket, type SocketOptions } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';
import { type EchoHost, echoPort } from './echo.ts';
import { inNamespace } from './namespace.ts';
import { hurry } from './realtime.ts';
import { makeRoom } from './roomy.ts';

const hosts = workerData as readonly EchoHost[];
hurry();
for (const host of hosts) echoOn(host);
parentPort?.postMessage('listening');

function echoOn({ name, namespace }: EchoHost): void {
  const socket = createSocket({ type: 'udp4', lookup: lookupAtOnce });
  makeRoom(socket);
  socket.on('message', (probe, client) => {
    // A director without a cable cannot answer: that is what the probe finds out.
    socket.send([probe, name], client.port, client.address, () => undefined);
  });
  inNamespace(namespace, () => socket.bind({ port: echoPort, exclusive: true }));
  // Throws unless the socket was made and bound while the thread was in the namespace.
  socket.address();
}

/** Node's own would let the event loop turn first, and the thread would be home again. */
function lookupAtOnce(...[host, , callback]: Parameters<NonNullable<SocketOptions['lookup']>>): void {
  callback(null, host, 4);
}
