// Real receivers of alerts on the loopback: web, mail and syslog servers, each of which remembers what came.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { bindSocket, closeSocket, openSocket, receive } from '../../src/kernel/syscalls.ts';
import type { Certificate } from '../store/redisServer.ts';

export type Ends = (() => unknown)[];

export interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers as `answer` says, 204 without it. Resolves to the origin of its URL. */
export async function webServer(
  ends: Ends,
  { requests = [], answer = (response) => response.writeHead(204).end(), tls }: WebServerWishes = {},
): Promise<string> {
  const take: RequestListener = (request, response) => void noted(request, requests).then(() => answer(response));
  const server = tls === undefined ? createServer(take) : createHttpsServer(keysOf(tls), take);
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${await listening(server)}`;
}

interface WebServerWishes {
  readonly requests?: Request[];
  readonly answer?: (response: ServerResponse) => unknown;
  readonly tls?: Certificate;
}

async function noted(request: IncomingMessage, requests: Request[]): Promise<void> {
  const { method, url, headers } = request;
  requests.push({ method, url, headers, body: await text(request) });
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  readonly text: string;
}

/** Takes every mail, unless the options say otherwise. Resolves to its port. */
export async function mailServer(ends: Ends, mails: Mail[], options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    ...options,
    onData(stream, session, done) {
      void text(stream).then((body) => {
        const { mailFrom, rcptTo } = session.envelope;
        const user = typeof session.user === 'string' ? session.user : undefined;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user,
          secure: session.secure,
          text: body,
        });
        done();
      });
    },
  });
  // A client that distrusts the certificate breaks off.
  server.on('error', () => undefined);
  const closed: PromiseWithResolvers<void> = Promise.withResolvers();
  ends.push(() => {
    server.close(() => closed.resolve());
    return closed.promise;
  });
  return listening(server.server);
}

export const keysOf = ({ certificate, key }: Certificate) => ({ cert: readFileSync(certificate), key: readFileSync(key) });

/** Resolves to its port. */
export async function udpSyslog(ends: Ends, messages: string[]): Promise<number> {
  const socket = createSocket('udp4', (message) => messages.push(message.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ends.push(() => socket.close());
  return socket.address().port;
}

/** Remembers each whole connection. Resolves to its port. */
export async function streamSyslog(ends: Ends, messages: string[], tls?: Certificate): Promise<number> {
  const take = (stream: NodeJS.ReadableStream): void => void text(stream).then((all) => messages.push(all));
  const server = tls === undefined ? createTcpServer(take) : createTlsServer(keysOf(tls), take);
  ends.push(() => server.close());
  return listening(server);
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

/** As journald and syslogd listen on /dev/log. */
export function unixSyslog(ends: Ends, path: string): { readonly next: () => string | undefined } {
  const fd = openSocket(AF_UNIX, SOCK_DGRAM, 0, path);
  bindSocket(fd, Buffer.concat([Uint8Array.of(AF_UNIX, 0), Buffer.from(`${path}\0`)]), path);
  ends.push(() => closeSocket(fd));
  const into = new Uint8Array(4096);
  return {
    next() {
      const length = receive(fd, into);
      return length < 0 ? undefined : Buffer.from(into.subarray(0, length)).toString();
    },
  };
}

/** Resolves to its port on the loopback. */
export async function listening(server: Server): Promise<number> {
  if (!server.listening) {
    if (server.address() === null) server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
