// Which hardware address answers for a virtual IP, as this machine's neighbour table has it after a ping. For advice only:
// an entry may be old, and nothing is ever decided by it. IPv4 only, as node-arp is.
import { type ChildProcess, fork } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type VipOwner =
  | { readonly ok: true /** Lower case, with colons. */; readonly mac: string }
  | { readonly ok: false; readonly reason: NoOwner; readonly detail: string };

export type NoOwner = 'not-ipv4' | 'tools-missing' | 'nobody-answers' | 'timed-out' | 'failed';

export interface VipOwnerOptions {
  readonly timeoutMs?: number;
  /** Where `ping` and `arp` are looked for: PATH unless told otherwise. */
  readonly path?: string;
}

/** `ping` gives a host that answers no ICMP ten seconds. */
const usualTimeoutMs = 12_000;
const tools = ['ping', 'arp'] as const;
const macPattern = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const lookUpFile = fileURLToPath(new URL('./lookUp.ts', import.meta.url));
/** What node-arp takes for an answer when nobody answered. */
const emptyAnswers: readonly unknown[] = ['(incomplete)', 'undefined'];

/** Always resolves. */
export async function vipOwner(
  address: string,
  { timeoutMs = usualTimeoutMs, path = process.env['PATH'] ?? '' }: VipOwnerOptions = {},
): Promise<VipOwner> {
  // The address becomes an argument of programs: nothing but an address may.
  if (!isIPv4(address)) return no('not-ipv4', `${JSON.stringify(address)} is not an IPv4 address`);
  const missing = await missingTools(path);
  if (missing.length > 0) return no('tools-missing', `${missing.join(' and ')} not found (iputils-ping, net-tools)`);
  return lookUp(address, timeoutMs, path);
}

async function lookUp(address: string, timeoutMs: number, path: string): Promise<VipOwner> {
  const child = fork(lookUpFile, [address], {
    detached: true,
    execArgv: [],
    env: { PATH: path },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const found: PromiseWithResolvers<VipOwner> = Promise.withResolvers();
  child.on('message', (message) => found.resolve(ownerOf(message)));
  child.on('error', (error) => found.resolve(no('failed', error.message)));
  child.on('exit', (code, signal) => found.resolve(no('failed', `the look-up ended with ${code ?? signal ?? 'nothing'}`)));
  const timer = setTimeout(() => found.resolve(no('timed-out', `no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
    end(child);
  }
}

function ownerOf(answer: unknown): VipOwner {
  const mac = String(answer).toLowerCase();
  if (macPattern.test(mac)) return { ok: true, mac };
  return emptyAnswers.includes(answer)
    ? no('nobody-answers', 'the neighbour table has nobody for it')
    : no('failed', `arp answered ${String(answer)}`);
}

const no = (reason: NoOwner, detail: string): VipOwner => ({ ok: false, reason, detail });

/** With its `ping`, which would go on by itself. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: everything has ended already.
  }
}

async function missingTools(path: string): Promise<string[]> {
  const found = await Promise.all(tools.map((tool) => isIn(path, tool)));
  return tools.filter((_tool, index) => found[index] === false);
}

async function isIn(path: string, tool: string): Promise<boolean> {
  for (const directory of path.split(delimiter).filter((part) => part !== '')) {
    const usable = await access(join(directory, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return true;
  }
  return false;
}
