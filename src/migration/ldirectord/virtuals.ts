// One `virtual` section of ldirectord.cf as a service.
import type { Protocol, SchedulerFlag, ServiceMatch } from '../../rules/document.ts';
import { readNetmask, schedulers } from '../../rules/loadShape.ts';
import { endpointText, parseEndpoint } from '../../text/address.ts';
import { oneOf } from '../../text/nearest.ts';
import type { Ledger } from '../ledger.ts';
import type { ServiceDraft } from '../serviceDraft.ts';
import type { Setting } from './lines.ts';
import { realServersIn } from './realServers.ts';
import { leaveOut, sectionReasons } from './reasons.ts';

interface Found {
  protocol?: Protocol;
  scheduler?: string;
  flags?: readonly SchedulerFlag[];
  persistence?: number;
  netmask?: string;
  onePacket?: boolean;
  off?: Setting;
  readonly servers: ServiceDraft['servers'][number][];
}

type Take = (setting: Setting, found: Found, virtual: Setting, ledger: Ledger) => void;

const takers: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['real', takeServers],
  ['real6', takeServers],
  ['scheduler', takeScheduler],
  ['schedflags', takeFlags],
  ['persistent', takePersistence],
  ['netmask', takeNetmask],
  ['protocol', takeProtocol],
  ['ops', takeOps],
]);

export function virtualIn(virtual: Setting, ledger: Ledger): ServiceDraft[] {
  const found: Found = { servers: [] };
  const last = new Map(virtual.section.map((setting) => [setting.key, setting]));
  for (const setting of virtual.section) {
    const take = takers.get(setting.key);
    const counting = /^real6?$/.test(setting.key) ? setting : (last.get(setting.key) ?? setting);
    if (take !== undefined && counting !== setting)
      ledger.leftOut(setting, `${setting.key}=${setting.value}`, {
        why: `line ${counting.place.line} says it again, and the last counts`,
        advice: '',
      });
    else if (take !== undefined) take(setting, found, virtual, ledger);
    else leaveOut(setting, sectionReasons, [...takers.keys()], ledger);
    if (setting.key === 'checktype' && setting.value === 'off') found.off = setting;
  }
  const match = matchOf(virtual, found, ledger);
  return match === undefined ? [] : [draftOf(virtual, match, found, ledger)];
}

function draftOf(virtual: Setting, match: ServiceMatch, found: Found, ledger: Ledger): ServiceDraft {
  if (found.scheduler === undefined) ledger.assumed(virtual, 'scheduler wrr', 'ldirectord(8): the default');
  if (found.netmask !== undefined && found.persistence === undefined)
    ledger.leftOut(virtual, 'netmask', { why: 'it means something only with persistent', advice: '' });
  if (found.off !== undefined)
    ledger.changed(
      found.off,
      'all weights to 0',
      'with checktype=off ldirectord never puts a server to use',
      'vspair rules set SERVICE SERVER --weight brings one in',
    );
  return {
    place: virtual.place,
    lastLine: virtual.section.at(-1)?.lastLine ?? virtual.lastLine,
    match,
    scheduler: found.scheduler ?? 'wrr',
    schedulerFlags: flagsOf(found, virtual, ledger),
    persistence: found.persistence,
    persistenceNetmask: found.persistence === undefined ? undefined : found.netmask,
    persistenceEngine: undefined,
    onePacket: found.onePacket ?? false,
    servers: found.off === undefined ? found.servers : found.servers.map((server) => ({ ...server, weight: 0 })),
  };
}

/** `address:port`, or a firewall mark. */
function matchOf({ key, value, ...passage }: Setting, { protocol }: Found, ledger: Ledger): ServiceMatch | undefined {
  const family = key === 'virtual6' ? 6 : 4;
  const mark = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  if (mark >= 1 && mark <= 0xffff_ffff) return { by: 'mark', family, mark };
  const endpoint = parseEndpoint(value);
  if (endpoint?.family !== family) {
    ledger.wrong(
      passage,
      `${key} is ${value.slice(0, 40)}`,
      `an IPv${family} address and a port in digits, such as ${endpointText(family, family === 4 ? '10.0.0.1' : '2001:db8::1', 80)}, or a firewall mark`,
    );
    return undefined;
  }
  const usual = endpoint.port === 53 ? 'udp' : 'tcp';
  if (protocol === undefined) ledger.assumed(passage, `protocol ${usual}`, 'ldirectord(8): the default for this port');
  return { by: 'address', protocol: protocol ?? usual, address: endpoint.text, port: endpoint.port, lastPort: undefined };
}

function takeServers(setting: Setting, found: Found, virtual: Setting, ledger: Ledger): void {
  const fitting = virtual.key === 'virtual6' ? 'real6' : 'real';
  if (setting.key === fitting) found.servers.push(...realServersIn(setting, ledger));
  else ledger.wrong(setting, `${setting.key} below ${virtual.key}`, fitting);
}

function takeScheduler(setting: Setting, found: Found, _: Setting, ledger: Ledger): void {
  if (schedulers.some((known) => known === setting.value)) found.scheduler = setting.value;
  else ledger.wrong(setting, `the scheduler is ${setting.value}`, oneOf(schedulers));
}

function takeFlags(setting: Setting, found: Found, _: Setting, ledger: Ledger): void {
  const known = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'] as const;
  const names = setting.value.split(',');
  found.flags = known.filter((flag) => names.includes(flag));
  if (found.flags.length !== names.length) ledger.wrong(setting, `schedflags is ${setting.value}`, oneOf(known));
}

function flagsOf({ flags = [], scheduler = 'wrr' }: Found, virtual: Setting, ledger: Ledger): readonly SchedulerFlag[] {
  const fitting = flags.filter((flag) => flag.startsWith(`${scheduler}-`));
  if (fitting.length < flags.length)
    ledger.leftOut(virtual, `schedflags=${flags.join(',')}`, { why: `the scheduler ${scheduler} has no such flag`, advice: '' });
  return fitting;
}

function takePersistence(setting: Setting, found: Found, _: Setting, ledger: Ledger): void {
  const seconds = /^\d{1,7}$/.test(setting.value) ? Number(setting.value) : 0;
  if (seconds >= 1 && seconds <= 31 * 24 * 3600) found.persistence = seconds;
  else ledger.wrong(setting, `persistent is ${setting.value}`, `seconds, a whole number from 1 to ${31 * 24 * 3600}`);
}

function takeNetmask(setting: Setting, found: Found, virtual: Setting, ledger: Ledger): void {
  const mask = readNetmask(setting.value);
  if (mask !== undefined && mask.includes('.') === (virtual.key === 'virtual')) found.netmask = mask;
  else
    ledger.wrong(
      setting,
      `netmask is ${setting.value}`,
      virtual.key === 'virtual' ? 'a mask such as 255.255.255.0' : 'a prefix length from 1 to 128',
    );
}

function takeOps(setting: Setting, found: Found, _: Setting, ledger: Ledger): void {
  found.onePacket = setting.value === 'yes';
  if (!/^(yes|no)$/.test(setting.value)) ledger.wrong(setting, `ops is ${setting.value}`, 'yes or no');
}

function takeProtocol(setting: Setting, found: Found, virtual: Setting, ledger: Ledger): void {
  const marked = /^\d+$/.test(virtual.value);
  if (setting.value === 'tcp' || setting.value === 'udp') found.protocol = setting.value;
  if (marked ? setting.value !== 'fwm' : found.protocol === undefined)
    ledger.wrong(setting, `protocol is ${setting.value}`, marked ? 'fwm' : 'tcp or udp');
}
