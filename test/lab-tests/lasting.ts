// One TCP connection that goes on and on: echo servers on the real servers, and a client that tells of every answer.
// As a program it is that client: node lasting.ts ADDRESS PORT
import { connect, createServer } from 'node:net';
import type { Host } from '../lab/host.ts';

export const echoServicePort = 7;
const pingEveryMs = 100;

export function startEchoServers(hosts: readonly Host[]): void {
  for (const host of hosts) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    });
    host.on(() => server.listen(echoServicePort));
    if (!server.listening) throw new Error(`${host.name} does not listen on port ${echoServicePort}`);
    host.onClose(() => server.close());
  }
}

export interface LastingConnection {
  /** Resolves when so many more answers came; rejects when the connection ended. */
  answers(count: number, timeoutMs: number): Promise<void>;
}

export async function openLastingConnection(host: Host, address: string): Promise<LastingConnection> {
  const client = host.spawn([process.execPath, import.meta.filename, address, String(echoServicePort)]);
  let heard = 0;
  client.onLine((line) => {
    heard = Number(/^answer (\d+)$/.exec(line)?.[1] ?? heard);
  });
  const answers = async (count: number, timeoutMs: number): Promise<void> => {
    await client.line(new RegExp(`^answer ${heard + count}$`), timeoutMs);
  };
  await answers(1, 10_000);
  return { answers };
}

function converse(address: string, port: number): void {
  const socket = connect({ host: address, port });
  let asked = 0;
  const ask = (): void => {
    asked += 1;
    socket.write(`answer ${asked}\n`);
  };
  socket.once('connect', () => setInterval(ask, pingEveryMs));
  socket.pipe(process.stdout);
  socket.once('error', (error) => process.stdout.write(`the connection failed: ${error.message}\n`));
  socket.once('close', () => process.exit(1));
}

if (import.meta.main) converse(process.argv[2] ?? '', Number(process.argv[3]));
