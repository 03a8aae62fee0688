// A network namespace with an IPVS table of its own, seen through our code and through ipvsadm.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Ipvs, openIpvs } from '../../src/kernel/ipvs.ts';
import type { Check } from '../lab/checks.ts';
import { ipBatch } from '../lab/ip.ts';
import { LabProcess, labEnv } from '../lab/labProcess.ts';
import { setLinkUp } from '../lab/link.ts';
import { inNamespace } from '../lab/namespace.ts';
import { clear } from './kernelTable.ts';

export interface Director {
  readonly ipvs: Ipvs;
  /** Runs ipvsadm; throws with what it complained about. */
  readonly ipvsadm: (args: readonly string[], input?: string) => string;
  /** `ipvsadm -Sn`, one command a line, sorted. */
  readonly saved: () => readonly string[];
  /** `ipvsadm -Ln --stats --exact`, single spaces, without its head. */
  readonly statistics: () => readonly string[];
  /** Of all services together. The kernel adds its counters up every two seconds. */
  readonly connectionsCounted: () => number;
  /** `ipvsadm -Lnc`: protocol, virtual and destination address of each connection. */
  readonly connections: () => readonly string[];
  /** A program that lives in this namespace; the check ends it. */
  readonly start: (argv: readonly string[]) => LabProcess;
  /** To a virtual service from the director itself, which gets its address on the loopback device; one from each port. */
  readonly sendDatagram: (address: string, port: number, from?: readonly number[]) => void;
  /** Which server each client (address and port) of a connection was given. */
  readonly picks: () => Readonly<Record<string, string>>;
  /** Runs what starts threads, so that they live here. */
  readonly within: <Result>(action: () => Result) => Result;
}

/** A check that begins with as many directors as it likes to make, and leaves none behind. */
export const checkWith = (title: string, run: (newDirector: () => Director) => Promise<void> | void): Check => ({
  title,
  async run() {
    const leave: (() => void)[] = [];
    try {
      await run(() => enter(leave));
    } finally {
      for (const one of leave) one();
    }
  },
});

export interface PairCheck {
  readonly title: string;
  readonly run: (one: Director, other: Director) => void;
}

/** Checks on the same two directors, whose tables each finds empty: making a director takes longer than most checks. */
export function checksOnPair(checks: readonly PairCheck[]): Check[] {
  const leave: (() => void)[] = [];
  let pair: readonly [Director, Director] | undefined;
  return checks.map(({ title, run }) => ({
    title,
    run() {
      pair ??= [enter(leave), enter(leave)];
      for (const { ipvs } of pair) clear(ipvs);
      try {
        run(...pair);
      } finally {
        if (title === checks.at(-1)?.title) for (const one of leave) one();
      }
    },
  }));
}

let count = 0;

function enter(leave: (() => void)[]): Director {
  count += 1;
  const namespace = `vspair-ipvs-${process.pid}-${count}`;
  ipBatch([`netns add ${namespace}`]);
  leave.push(() => ipBatch([`netns del ${namespace}`]));
  // Without any address the kernel takes no server: it cannot tell unicast addresses from others.
  inNamespace(namespace, () => setLinkUp('lo', true));
  const ipvs = inNamespace(namespace, openIpvs);
  leave.push(() => ipvs.close());
  return directorIn(namespace, ipvs);
}

function directorIn(namespace: string, ipvs: Ipvs): Director {
  const inside = <Result>(work: () => Result): Result => inNamespace(namespace, work);
  const ipvsadm = (args: readonly string[], input?: string): string => inside(() => run('ipvsadm', args, input));
  return {
    ipvs,
    ipvsadm,
    saved: () => linesOf(ipvsadm(['-Sn'])).sort(),
    statistics: () => linesOf(ipvsadm(['-Ln', '--stats', '--exact'])).slice(3),
    connectionsCounted: () => inside(countedConnections),
    connections: () => linesOf(ipvsadm(['-Lnc'])).flatMap(connectionOf),
    start: (argv) => new LabProcess(namespace, argv),
    sendDatagram(address, port, from = [0]) {
      ipBatch([`addr replace ${address}/32 dev lo`], namespace);
      const send = `const s = dgram.createSocket('udp4'); s.bind(from, () => s.send('?', ${port}, '${address}', () => s.close()))`;
      const program = `const dgram = require('dgram'); for (const from of ${JSON.stringify(from)}) { ${send} }`;
      inside(() => run(process.execPath, ['-e', program]));
    },
    picks: () => Object.fromEntries(linesOf(ipvsadm(['-Lnc'])).flatMap(pickOf)),
    within: inside,
  };
}

const linesOf = (output: string): string[] =>
  output
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');

function connectionOf(line: string): string[] {
  const [protocol, , , , virtual, destination] = line.split(' ');
  return protocol === 'UDP' ? [`${protocol} ${virtual ?? ''} ${destination ?? ''}`] : [];
}

function pickOf(line: string): [string, string][] {
  const [protocol, , , client = '', , destination = ''] = line.split(' ');
  return protocol === 'UDP' ? [[client, destination]] : [];
}

/** The third line begins with the number of connections, in hexadecimal. */
function countedConnections(): number {
  const [, , totals = ''] = readFileSync('/proc/thread-self/net/ip_vs_stats', 'utf8').split('\n');
  return Number.parseInt(totals.trim(), 16);
}

function run(program: string, args: readonly string[], input = ''): string {
  const done = spawnSync(program, args, { input, encoding: 'utf8', env: labEnv() });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
  return done.stdout;
}
