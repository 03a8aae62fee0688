// Who has the ports that the daemon needs, by the kernel's lists of sockets: to bind them, even for a moment, could keep a
// daemon from starting.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { DaemonSeen, PortSeen, Site } from '../doctor/seen.ts';
import { addressText } from '../wire/address.ts';

interface HeldPort {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const anywhere = ['0.0.0.0', '::'];
const TCP_LISTEN = '0A';

export function seePorts({ self, config }: Site, daemon: DaemonSeen): readonly PortSeen[] {
  const pid = daemon.state === 'running' ? daemon.report.self.daemon.pid : undefined;
  const wanted = [
    { protocol: 'udp', port: config.heartbeat.port },
    { protocol: 'tcp', port: config.control.peerPort },
  ] as const;
  return wanted.flatMap(({ protocol, port }) => {
    const held = heldPorts(protocol);
    return self.addresses.map((address) => seen(held, protocol, address, port, pid));
  });
}

function seen(held: readonly HeldPort[], protocol: 'udp' | 'tcp', address: string, port: number, pid: number | undefined): PortSeen {
  const taken = held.find((one) => one.port === port && (one.address === address || anywhere.includes(one.address)));
  if (taken === undefined) return { protocol, address, port, holder: 'nobody', program: undefined };
  const owner = processOf(taken.inode);
  const isDaemon = pid !== undefined && (owner === undefined || owner.pid === pid);
  return { protocol, address, port, holder: isDaemon ? 'daemon' : 'stranger', program: owner?.name };
}

function heldPorts(protocol: 'udp' | 'tcp'): HeldPort[] {
  return [protocol, `${protocol}6`].flatMap((table) => {
    const [, ...rows] = textOf(`/proc/thread-self/net/${table}`).split('\n');
    return rows.flatMap((row) => heldPort(row, protocol));
  });
}

/** `0: 0200000A:0458 00000000:0000 07 ...`: address and port in hex, the address as 32-bit words in host byte order. */
function heldPort(row: string, protocol: 'udp' | 'tcp'): HeldPort[] {
  const columns = row.trim().split(/\s+/);
  const [words, port] = (columns[1] ?? '').split(':');
  const inode = columns[9];
  if (words === undefined || port === undefined || inode === undefined) return [];
  if (protocol === 'tcp' && columns[3] !== TCP_LISTEN) return [];
  return [{ address: addressOf(words), port: Number.parseInt(port, 16), inode }];
}

const addressOf = (hex: string): string =>
  addressText(Uint8Array.from((hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse())));

/** Undefined when another user's processes may not be looked into. */
function processOf(inode: string): { readonly pid: number; readonly name: string } | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (holds(pid, inode)) return { pid: Number(pid), name: `${textOf(`/proc/${pid}/comm`).trim()} (pid ${pid})` };
  }
  return undefined;
}

function holds(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    // It has ended, or is not ours to look into.
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in this moment.
    return '';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A kernel without IPv6 has no such table.
    return '';
  }
}
