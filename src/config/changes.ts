// What differs between two configurations, key by key, and what each difference does to a running director.
import type { GroupSpec } from '../core/types.ts';
import { canonicalJson } from '../text/canonicalJson.ts';
import type { Config, DirectorConfig, IpvsConfig } from './config.ts';
import { keyEffects, type ReloadKey } from './keyEffects.ts';

export interface ConfigChange {
  /** As a reader finds it in the file: `groups.web.vips`. */
  readonly key: string;
  /** Null: it was not there, or its value is not for everybody's eyes. */
  readonly from: string | null;
  readonly to: string | null;
  readonly takes: 'now' | 'restart';
  readonly does: string;
}

/** One value of a configuration. `id` tells it from all others, and is the same when only its value or a name differs. */
interface Entry {
  readonly id: string;
  readonly key: ReloadKey;
  readonly label: string;
  readonly value: string;
  readonly hidden?: boolean;
}

/** In the order of the file; what is gone last. */
export function configChanges(before: Config, after: Config): ConfigChange[] {
  const [old, fresh] = [entriesOf(before), entriesOf(after)];
  const changed = fresh.flatMap((entry) => {
    const known = old.find(({ id }) => id === entry.id);
    return known?.value === entry.value ? [] : [changeOf(entry, known, entry)];
  });
  const gone = old.filter(({ id }) => !fresh.some((entry) => entry.id === id)).map((entry) => changeOf(entry, entry, undefined));
  return [...changed, ...gone];
}

const changeOf = ({ key, label }: Entry, from: Entry | undefined, to: Entry | undefined): ConfigChange => ({
  key: label,
  from: shown(from),
  to: shown(to),
  ...keyEffects[key],
});

const shown = (entry: Entry | undefined): string | null => (entry === undefined || entry.hidden === true ? null : entry.value);

const entriesOf = (config: Config): Entry[] => [
  plain('cluster', config.cluster),
  plain('secretFile', config.secretFile),
  ...config.directors.flatMap(directorEntries),
  plain('heartbeat.port', String(config.heartbeat.port)),
  plain('heartbeat.interval', ms(config.heartbeat.interval)),
  ...config.groups.flatMap((group) => groupEntries(group, config.directors)),
  hidden('state', config.state),
  ...ipvsEntries(config.ipvs),
  hidden('alerts', config.alerts),
  hidden('metrics', config.metrics),
  plain('control.socket', config.control.socket),
  plain('control.peerPort', String(config.control.peerPort)),
  plain('log.level', config.log.level),
  plain('log.format', config.log.format),
];

const plain = (key: ReloadKey, value: string): Entry => ({ id: key, key, label: key, value });

/** A URL may be as good as a password. */
const hidden = (key: ReloadKey, value: unknown): Entry => ({ ...plain(key, canonicalJson(value ?? null)), hidden: true });

const named = (key: ReloadKey, label: string, value: string, id = label): Entry => ({ id, key, label, value });

const directorEntries = ({ name, priority, addresses }: DirectorConfig): Entry[] => [
  named('directors.*.priority', `directors.${name}.priority`, String(priority)),
  named('directors.*.addresses', `directors.${name}.addresses`, addresses.join(', ')),
];

function groupEntries(group: GroupSpec, directors: readonly DirectorConfig[]): Entry[] {
  const entry = (key: ReloadKey, what: string, value: string, id = what): Entry =>
    named(key, `groups.${group.name}.${what}`, value, `groups.${group.vrid}.${id}`);
  const own = directors.filter(({ name, priority }) => group.priorities.get(name) !== priority);
  return [
    entry('groups.vrid', 'vrid', String(group.vrid)),
    entry('groups.name', 'name', group.name),
    ...group.vips.map(({ address, prefix, dev }) => {
      const vip = `${address}/${prefix} on ${dev}`;
      return entry('groups.vips', 'vips', vip, vip);
    }),
    entry('groups.preempt', 'preempt', String(group.preempt)),
    entry('groups.preemptDelay', 'preemptDelay', ms(group.preemptDelay)),
    ...own.map(({ name }) => entry('groups.priorities', `priorities.${name}`, String(group.priorities.get(name)))),
  ];
}

const ipvsEntries = ({ standby, reconcile, onDrift, connectionSync, timeouts, sysctls }: IpvsConfig): Entry[] => [
  plain('ipvs.standby', standby),
  plain('ipvs.reconcile', ms(reconcile)),
  plain('ipvs.onDrift', onDrift),
  ...(connectionSync === undefined ? [] : [plain('ipvs.connectionSync', canonicalJson(connectionSync))]),
  ...(['tcp', 'tcpFin', 'udp'] as const).flatMap((name) => {
    const seconds = timeouts[name];
    return seconds === undefined ? [] : [named('ipvs.timeouts', `ipvs.timeouts.${name}`, `${seconds}s`)];
  }),
  ...sysctls.map(({ path, value }) => named('ipvs.sysctls', `ipvs.sysctls.${path.split('/').at(-1) ?? path}`, value)),
];

const ms = (time: number): string => `${time}ms`;
