// What differs between two documents, by service and server in the words of a rules file. Services stand in the order of
// the newer document, what it has lost behind them.
import type { RealServer, RulesDocument, Tunnel, VirtualService } from './document.ts';
import { matchText } from './kernelServices.ts';
import { serverText } from './naming.ts';

export type Change = 'added' | 'removed' | 'changed';

/** `from` is left out of what was not there or had the default, `to` of what is not there or has it. */
export interface SettingDifference {
  readonly setting: string;
  readonly from?: string;
  readonly to?: string;
}

export interface ServerDifference {
  readonly change: Change;
  /** `10.0.0.11:80` */
  readonly server: string;
  readonly settings: readonly SettingDifference[];
}

export interface ServiceDifference {
  readonly change: Change;
  /** `tcp 10.0.0.1:80`, `fwmark 7` */
  readonly service: string;
  readonly settings: readonly SettingDifference[];
  readonly servers: readonly ServerDifference[];
}

/** Empty when both say the same, in whatever order. */
export function rulesDifference(before: RulesDocument, after: RulesDocument): readonly ServiceDifference[] {
  const compared = compare(before.services, after.services, ({ match }) => matchText(match));
  return compared.flatMap(({ change, name, was, is }) => {
    const settings = settingDifferences(was && serviceSettings(was), is && serviceSettings(is));
    const servers = serverDifferences(was?.servers ?? [], is?.servers ?? []);
    return change === 'changed' && settings.length + servers.length === 0 ? [] : [{ change, service: name, settings, servers }];
  });
}

function serverDifferences(before: readonly RealServer[], after: readonly RealServer[]): readonly ServerDifference[] {
  return compare(before, after, serverText).flatMap(({ change, name, was, is }) => {
    const settings = settingDifferences(was && serverSettings(was), is && serverSettings(is));
    return change === 'changed' && settings.length === 0 ? [] : [{ change, server: name, settings }];
  });
}

interface Compared<Item> {
  readonly change: Change;
  readonly name: string;
  readonly was: Item | undefined;
  readonly is: Item | undefined;
}

function compare<Item>(before: readonly Item[], after: readonly Item[], nameOf: (item: Item) => string): Compared<Item>[] {
  const held = new Map(before.map((item) => [nameOf(item), item]));
  const wanted = new Map(after.map((item) => [nameOf(item), item]));
  const kept = [...wanted].map(([name, is]): Compared<Item> => {
    const was = held.get(name);
    return { change: was === undefined ? 'added' : 'changed', name, was, is };
  });
  const lost = [...held].filter(([name]) => !wanted.has(name));
  return [...kept, ...lost.map(([name, was]): Compared<Item> => ({ change: 'removed', name, was, is: undefined }))];
}

/** By the keys of a rules file; undefined for what has the default. A field that is new to the document must be named here. */
type Settings<Item, Own extends keyof Item> = Readonly<Record<Exclude<keyof Item, Own>, string | undefined>>;

const serviceSettings = (service: VirtualService): Settings<VirtualService, 'match' | 'servers'> => ({
  scheduler: service.scheduler,
  schedulerFlags: service.schedulerFlags.length === 0 ? undefined : service.schedulerFlags.toSorted().join(', '),
  persistence: secondsText(service.persistence),
  persistenceNetmask: service.persistenceNetmask,
  persistenceEngine: service.persistenceEngine,
  onePacket: service.onePacket ? 'true' : undefined,
  drain: secondsText(service.drain),
});

const serverSettings = (server: RealServer): Settings<RealServer, 'address' | 'port' | 'lastPort'> => ({
  weight: String(server.weight),
  forward: server.forward,
  tunnel: tunnelText(server.tunnel),
  restoreWeight: countText(server.restoreWeight),
  upperThreshold: countText(server.upperThreshold),
  lowerThreshold: countText(server.lowerThreshold),
});

function settingDifferences(
  was: Readonly<Record<string, string | undefined>> = {},
  is: Readonly<Record<string, string | undefined>> = {},
): SettingDifference[] {
  const names = new Set([...Object.keys(is), ...Object.keys(was)]);
  return [...names].filter((name) => was[name] !== is[name]).map((name) => differenceOf(name, was[name], is[name]));
}

const differenceOf = (setting: string, from: string | undefined, to: string | undefined): SettingDifference => ({
  setting,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

const secondsText = (seconds: number | undefined): string | undefined => (seconds === undefined ? undefined : `${seconds}s`);

const countText = (count: number | undefined): string | undefined => (count === undefined || count === 0 ? undefined : String(count));

function tunnelText(tunnel: Tunnel | undefined): string | undefined {
  switch (tunnel?.type) {
    case undefined:
    case 'ipip':
      return undefined;
    case 'gue':
      return `gue, port ${tunnel.port}, checksum ${tunnel.checksum}`;
    case 'gre':
      return `gre, checksum ${tunnel.checksum}`;
  }
}
