// Which Debian packages the lab needs and does not find on this machine; run as a program, it installs them.
//   node test/lab/packages.ts [lab | bench]
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineHasIpvs } from './machine.ts';

interface Need {
  readonly package: string;
  /** Programs or files that it brings: one that is missing means that it is to be installed. */
  readonly brings: readonly string[];
  readonly why: string;
}

const network: readonly Need[] = [
  { package: 'iproute2', brings: ['ip', 'bridge'], why: 'hosts as network namespaces' },
  { package: 'kmod', brings: ['modprobe'], why: 'loading ip_vs' },
  { package: 'ipvsadm', brings: ['ipvsadm'], why: 'reading IPVS by a second program' },
  { package: 'nftables', brings: ['nft'], why: 'loss in one direction' },
  { package: 'tcpdump', brings: ['tcpdump'], why: 'packet captures' },
  { package: 'iputils-ping', brings: ['ping'], why: 'asking hosts and neighbours' },
  { package: 'iputils-arping', brings: ['arping'], why: 'asking who holds an address' },
  { package: 'net-tools', brings: ['arp'], why: 'the neighbour table as node-arp reads it' },
  // Not redis-server: the program is in this package already, and that one would bring a service to start.
  { package: 'redis-tools', brings: ['redis-check-rdb', 'redis-cli'], why: 'a real Redis' },
  { package: 'prometheus', brings: ['promtool'], why: 'a second opinion on metrics, alert rules and the expressions of the dashboard' },
  { package: 'openssl', brings: ['openssl'], why: 'certificates for a Redis over TLS' },
  { package: 'systemd', brings: ['systemctl', 'systemd-analyze', '/lib/systemd/systemd'], why: 'the service under a real systemd' },
  { package: 'binutils', brings: ['strip'], why: 'building the Debian package' },
  { package: 'lintian', brings: ['lintian'], why: "Debian's own look at the package" },
];

const keepalived: Need = { package: 'keepalived', brings: ['keepalived'], why: 'comparison' };
const userModeLinux: Need = {
  package: 'user-mode-linux',
  brings: ['linux.uml', '/usr/lib/uml/modules'],
  why: 'a kernel with IPVS, which this one lacks',
};
const compiler: Need = { package: 'tcc', brings: ['tcc'], why: 'user-mode-linux on a processor with AMX (test/lab/ptrace.c)' };

export type Purpose = 'lab' | 'bench';

/** The needs of a purpose that this machine does not meet, in the order in which they are told. */
export function missingPackages(purpose: Purpose): readonly Need[] {
  const needs = [...network, ...kernelNeeds(), ...(purpose === 'bench' ? [keepalived] : [])];
  return needs.filter((need) => !need.brings.every(isHere));
}

function kernelNeeds(): readonly Need[] {
  if (machineHasIpvs()) return [];
  const amx = /\bamx_tile\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return amx && !isHere('cc') ? [userModeLinux, compiler] : [userModeLinux];
}

function isHere(programOrFile: string): boolean {
  if (programOrFile.startsWith('/')) return existsSync(programOrFile);
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  return folders.some((folder) => isExecutable(join(folder, programOrFile)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs what a purpose lacks, and says on stderr what and why. Throws when it cannot. */
export function ensurePackages(purpose: Purpose): void {
  const missing = missingPackages(purpose);
  for (const need of missing) process.stderr.write(`installing ${need.package}: ${need.why}\n`);
  if (missing.length > 0) install(missing);
}

function install(needs: readonly Need[]): void {
  const names = needs.map((need) => need.package);
  if (process.getuid?.() !== 0) throw new Error(`not root: run as root, or install first: apt-get install ${names.join(' ')}`);
  if (!isHere('apt-get')) throw new Error(`no apt-get here: install what brings ${needs.flatMap((need) => need.brings).join(', ')}`);
  apt(['update']);
  apt(['install', '--yes', '--no-install-recommends', ...names]);
  const still = needs.filter((need) => !need.brings.every(isHere));
  if (still.length > 0) throw new Error(`installed, but still missing: ${still.flatMap((need) => need.brings).join(', ')}`);
}

function apt(args: readonly string[]): void {
  const done = spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...startNoService },
  });
  if (done.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed: see its output above`);
}

// A package's own script starts its service: systemctl ignores that when it is told to be offline, and sysvinit has no
// service of ours in run level 1. Neither touches a service that runs already.
const startNoService = { DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1', RUNLEVEL: '1', PREVLEVEL: 'N' };

if (import.meta.main) {
  try {
    ensurePackages(process.argv[2] === 'bench' ? 'bench' : 'lab');
  } catch (cause) {
    process.stderr.write(`packages: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exitCode = 1;
  }
}
