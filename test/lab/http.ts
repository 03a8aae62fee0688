// Web servers on the real servers, and a client that opens a new connection for each request, as IPVS balances connections.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Host } from './host.ts';

export interface WebServers {
  close(): Promise<void>;
}

/** Each answers with its host's name on the first line, and `/?bytes=N` adds N bytes after it. */
export function startWebServers(hosts: readonly Host[], port = 80): WebServers {
  const servers = hosts.map((host) => startWebServer(host, port));
  return {
    async close() {
      await Promise.all(servers.map(stop));
    },
  };
}

function startWebServer(host: Host, port: number): Server {
  const server = createServer((request, response) => {
    const size = Number(new URL(request.url ?? '/', 'http://real').searchParams.get('bytes') ?? 0);
    response.end(Buffer.concat([Buffer.from(`${host.name}\n`), Buffer.alloc(size, '.')]));
  });
  host.on(() => server.listen(port));
  // Listening begins within the call, or it would be outside of the host's namespace.
  host.onClose(() => stop(server));
  if (!server.listening) throw new Error(`${host.name} does not listen on port ${port}`);
  return server;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

export interface HttpAnswer {
  /** On the lab's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The first line of the answer, a real server's name; undefined when there was none. */
  readonly by: string | undefined;
  readonly bytes: number;
  /** Why there was no answer: an errno's name, or TIMEOUT. */
  readonly error: string | undefined;
}

export interface HttpQuestion {
  readonly id: number;
  readonly url: string;
  readonly timeoutMs: number;
}

export interface HttpClient {
  get(url: string, timeoutMs?: number): Promise<HttpAnswer>;
  /** One request after another until `stop` is called, which returns all answers. */
  repeat(url: string, options?: RepeatOptions): { readonly answers: readonly HttpAnswer[]; stop(): Promise<readonly HttpAnswer[]> };
  close(): Promise<unknown>;
}

export interface RepeatOptions {
  readonly pauseMs?: number;
  readonly timeoutMs?: number;
  readonly onAnswer?: (answer: HttpAnswer) => void;
}

export async function startHttpClient(host: Host): Promise<HttpClient> {
  const worker = host.on(() => new Worker(join(import.meta.dirname, 'httpThread.ts'), { execArgv: [] }));
  host.onClose(() => worker.terminate());
  await once(worker, 'message');
  const waiting = new Map<number, (answer: HttpAnswer) => void>();
  let asked = 0;
  worker.on('message', ({ id, answer }: { id: number; answer: HttpAnswer }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const get: HttpClient['get'] = (url, timeoutMs = 1000) =>
    new Promise((resolve) => {
      const question: HttpQuestion = { id: asked++, url, timeoutMs };
      waiting.set(question.id, resolve);
      worker.postMessage(question);
    });
  return { get, repeat: (url, options) => repeat(get, url, options), close: () => worker.terminate() };
}

function repeat(
  get: HttpClient['get'],
  url: string,
  { pauseMs = 10, timeoutMs = 200, onAnswer }: RepeatOptions = {},
): ReturnType<HttpClient['repeat']> {
  const answers: HttpAnswer[] = [];
  const stopping = new AbortController();
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      const answer = await get(url, timeoutMs);
      answers.push(answer);
      onAnswer?.(answer);
      await sleep(pauseMs);
    }
  })();
  return {
    answers,
    async stop() {
      stopping.abort();
      await asking;
      return answers;
    },
  };
}
