// The HTTP server that Prometheus scrapes: one page, the same for all who ask within a second. Whoever asks badly, reads slowly
// or comes in numbers costs a connection, and no more than so many.
import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as passed } from 'node:timers/promises';
import type { ListenAddress } from '../config/config.ts';
import { messageOf } from '../errors/message.ts';
import { endpointText } from '../text/address.ts';
import { within } from './patience.ts';

export interface MetricsServerOptions {
  readonly listen: ListenAddress;
  readonly page: () => Promise<Buffer>;
  readonly report: (event: MetricsServerEvent) => void;
  readonly limits?: Partial<MetricsServerLimits>;
}

export type MetricsServerEvent =
  | { readonly type: 'listening'; readonly address: string }
  /** It is tried again, and told once. */
  | { readonly type: 'listenFailed'; readonly address: string; readonly detail: string }
  | { readonly type: 'scrapeFailed'; readonly detail: string };

export interface MetricsServerLimits {
  readonly connections: number;
  /** For the head of a request. */
  readonly requestMs: number;
  /** For the page to be made. */
  readonly answerMs: number;
  /** For a reader to take it. */
  readonly readMs: number;
  readonly againMs: number;
}

export interface MetricsServer {
  close(): Promise<void>;
}

export const metricsLimits: MetricsServerLimits = { connections: 64, requestMs: 5_000, answerMs: 8_000, readMs: 10_000, againMs: 10_000 };

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Returns at once: an address that cannot be had is no reason not to protect a service. */
export function startMetricsServer(options: MetricsServerOptions): MetricsServer {
  const limits = { ...metricsLimits, ...options.limits };
  const server = createServer(timeouts(limits), (request, response) => void answer(request, response, options, limits));
  server.maxConnections = limits.connections;
  const closing = new AbortController();
  const listening = keepTrying(server, options, limits.againMs, closing.signal);
  return {
    async close() {
      closing.abort();
      await listening;
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const timeouts = ({ requestMs }: MetricsServerLimits) => ({
  ...{ headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: 1_000 },
});

async function keepTrying(server: Server, { listen, report }: MetricsServerOptions, againMs: number, closing: AbortSignal): Promise<void> {
  const address = addressText(listen);
  for (let isFirst = true; !closing.aborted; isFirst = false) {
    try {
      await listenAt(server, listen);
      return report({ type: 'listening', address });
    } catch (error) {
      if (isFirst) report({ type: 'listenFailed', address, detail: messageOf(error) });
      await passed(againMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
    }
  }
}

const addressText = (listen: ListenAddress): string =>
  listen.kind === 'unix' ? listen.path : endpointText(listen.host.includes(':') ? 6 : 4, listen.host, listen.port);

async function listenAt(server: Server, listen: ListenAddress): Promise<void> {
  if (listen.kind === 'tcp') return begin(server, { host: listen.host, port: listen.port });
  await removeSocket(listen.path);
  await begin(server, { path: listen.path });
  await chmod(listen.path, 0o660);
}

/** What an earlier process left; a file of another kind is not ours. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await unlink(path);
}

const begin = (server: Server, where: { readonly host: string; readonly port: number } | { readonly path: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { page, report }: MetricsServerOptions,
  { answerMs, readMs }: MetricsServerLimits,
): Promise<void> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return tell(request, response, refusal);
  boundReading(response, answerMs + readMs);
  try {
    tell(request, response, { status: 200, body: await within(answerMs, 'the daemon', page()) });
  } catch (error) {
    report({ type: 'scrapeFailed', detail: messageOf(error) });
    tell(request, response, { status: 503, body: `no metrics now: ${messageOf(error)}\n` });
  }
}

interface Reply {
  readonly status: 200 | 400 | 404 | 405 | 503;
  readonly body: string | Buffer;
}

function refusalOf({ method, url, headers }: IncomingMessage): Reply | undefined {
  const [path] = (url ?? '').split('?');
  if (path !== '/metrics') return { status: 404, body: 'vspair tells its metrics under /metrics\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET and HEAD\n' };
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  return hasBody ? { status: 400, body: 'a request for metrics has no body\n' } : undefined;
}

function tell(request: IncomingMessage, response: ServerResponse, { status, body }: Reply): void {
  const head = {
    'Content-Type': status === 200 ? contentType : 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
    // What else a bad request brings is not read.
    ...(status === 200 ? {} : { Connection: 'close' }),
  };
  response.writeHead(status, head).end(request.method === 'HEAD' ? undefined : body);
}

/** Whoever takes a byte now and then is never idle, and would hold his connection for ever. */
function boundReading(response: ServerResponse, ms: number): void {
  const { socket } = response;
  const tooSlow = setTimeout(() => socket?.destroy(), ms).unref();
  response.once('close', () => clearTimeout(tooSlow));
}
