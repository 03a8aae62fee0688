// What the daemon may do: a running one by its process, else by its unit, else this command stands for it.
import { readFileSync } from 'node:fs';
import { type CapabilitiesSeen, type CapabilityName, capabilityNames, type DaemonSeen, known, type Seen, unknown } from '../doctor/seen.ts';
import { outputOf } from './program.ts';

/** include/uapi/linux/capability.h */
const bits: Readonly<Record<CapabilityName, bigint>> = { CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n, CAP_SYS_NICE: 23n };
const unit = 'vspair.service';

export async function seeCapabilities(daemon: DaemonSeen): Promise<Seen<CapabilitiesSeen>> {
  if (daemon.state === 'running') {
    const { pid } = daemon.report.self.daemon;
    return ofProcess(String(pid), `the daemon (pid ${pid})`);
  }
  return (await ofUnit()) ?? ofProcess('self', 'this command');
}

function ofProcess(pid: string, owner: string): Seen<CapabilitiesSeen> {
  try {
    const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    const effective = BigInt(`0x${hex}`);
    return known({ owner, held: capabilityNames.filter((name) => ((effective >> bits[name]) & 1n) === 1n) });
  } catch {
    return unknown(`${owner} is not in this machine's list of processes`);
  }
}

/** Undefined when systemd does not know it. */
async function ofUnit(): Promise<Seen<CapabilitiesSeen> | undefined> {
  const properties = ['LoadState', 'User', 'AmbientCapabilities', 'CapabilityBoundingSet'].flatMap((name) => ['-p', name]);
  const shown = await outputOf('systemctl', ['show', unit, ...properties]);
  if (!shown.known) return undefined;
  const values = new Map(shown.value.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));
  if (values.get('LoadState') !== 'loaded') return undefined;
  const isRoot = ['', 'root', '0'].includes(values.get('User') ?? '');
  const list = (values.get(isRoot ? 'CapabilityBoundingSet' : 'AmbientCapabilities') ?? '').toUpperCase().split(' ');
  return known({ owner: `the unit ${unit}`, held: capabilityNames.filter((name) => list.includes(name)) });
}
