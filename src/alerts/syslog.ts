// The channel `syslog`: this machine's log by its unix datagram socket, or another's over UDP, TCP or TLS. None of them
// answers: delivered means that the system took the message.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { SyslogReceiver, SyslogTarget } from '../config/alertChannel.ts';
import { trustSystemAuthorities } from './authorities.ts';
import { attemptTime, type Deliver } from './delivery.ts';
import { syslogMessage } from './syslogMessage.ts';

/** Sends one datagram to a unix socket without waiting. Throws when it was not taken. */
export type SendUnixDatagram = (path: string, text: string) => void;

export function deliverBySyslog(target: SyslogTarget, timeoutMs: number, sendUnixDatagram: SendUnixDatagram): Deliver {
  const sender = { host: hostname(), pid: process.pid };
  return async (event, closing) => {
    const time = attemptTime(closing, timeoutMs);
    try {
      await send(syslogMessage(event, target, sender), target.to, time.over, sendUnixDatagram);
      return { ok: true };
    } catch (error) {
      return { ok: false, again: true, detail: time.reasonOf(error) };
    }
  };
}

async function send(message: string, to: SyslogReceiver, over: AbortSignal, sendUnixDatagram: SendUnixDatagram): Promise<void> {
  switch (to.transport) {
    case 'unix':
      return sendUnixDatagram(to.path, message);
    case 'udp':
      return sendUdp(message, to, over);
    case 'tcp': {
      const socket = connect({ host: to.host, port: to.port });
      return sendStream(message, socket, once(socket, 'connect', { signal: over }), over);
    }
    case 'tls': {
      trustSystemAuthorities();
      const ca = to.ca === undefined ? {} : { ca: await readFile(to.ca) };
      const socket = connectTls({ host: to.host, port: to.port, ...serverName(to.host), ...ca });
      return sendStream(message, socket, once(socket, 'secureConnect', { signal: over }), over);
    }
  }
}

async function sendUdp(
  message: string,
  { host, port }: { readonly host: string; readonly port: number },
  over: AbortSignal,
): Promise<void> {
  const { address, family } = await lookup(host);
  const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', signal: over });
  try {
    socket.connect(port, address);
    await once(socket, 'connect', { signal: over });
    const { promise, resolve, reject }: PromiseWithResolvers<void> = Promise.withResolvers();
    socket.send(message, (error) => (error ? reject(error) : resolve()));
    await promise;
  } finally {
    if (!over.aborted) socket.close();
  }
}

/** Framed by its length (RFC 6587 3.4.1, RFC 5425 4.3): a text may hold anything. */
async function sendStream(message: string, socket: Socket, connected: Promise<unknown>, over: AbortSignal): Promise<void> {
  // What comes after the message was taken is no failure of it; without a listener it would end the process.
  socket.on('error', () => undefined);
  try {
    await connected;
    socket.end(`${Buffer.byteLength(message)} ${message}`);
    await once(socket, 'finish', { signal: over });
  } finally {
    socket.destroySoon();
  }
}

/** For the receiver to choose its certificate by; an address is no name (RFC 6066 3). */
const serverName = (host: string) => (isIP(host) === 0 ? { servername: host } : {});
