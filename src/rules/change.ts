// Changes of one server of the rules. They are relative to whatever document they meet, so that one which lost against
// another change can be made again on top of it.
import type { RealServer, RulesDocument, VirtualService } from './document.ts';
import { type Named, serversNamed, serverText, serviceNamed } from './naming.ts';

/** The document after the change, the very same when there is nothing to change; or why it cannot be made. */
export type ChangedRules = { readonly ok: true; readonly document: RulesDocument; readonly note?: string } | Unchangeable;

export interface Unchangeable {
  readonly ok: false;
  /** No such service or server; settings against each other; no weight that was kept. */
  readonly reason: 'unknown' | 'contradictory' | 'noWeight';
  readonly detail: string;
}

/** What is undefined stays as it is. */
export interface ServerSettings {
  readonly weight: number | undefined;
  readonly upperThreshold: number | undefined;
  readonly lowerThreshold: number | undefined;
}

/** A weight that was set is meant: what `restoreServer` would have given back is forgotten. */
export function setServer(document: RulesDocument, serviceName: string, serverName: string, settings: ServerSettings): ChangedRules {
  const service = serviceNamed(document, serviceName);
  if (!service.ok) return unknown(service.detail);
  const servers = serversNamed([service.found], serverName);
  if (!servers.ok) return unknown(`${servers.detail} of service ${serviceName}`);
  const changed = changing(document, [service.found], servers.found, (server) => withSettings(server, settings));
  const crossed = changed.services
    .flatMap((one) => one.servers)
    .find(({ upperThreshold, lowerThreshold }) => lowerThreshold > upperThreshold);
  if (crossed !== undefined) return { ok: false, reason: 'contradictory', detail: crossedText(crossed) };
  return { ok: true, document: changed };
}

/** Weight 0 in every service that it is in; the kernel sends it no new connections and keeps those it has. */
export const drainServer = (document: RulesDocument, serverName: string): ChangedRules =>
  changingEverywhere(document, serverName, (server) =>
    server.weight === 0 ? server : { ...server, weight: 0, restoreWeight: server.weight },
  );

/** The weight that it had before it was drained, in every service that it is in. */
export function restoreServer(document: RulesDocument, serverName: string): ChangedRules {
  const servers = serversNamed(document.services, serverName);
  if (!servers.ok) return unknown(servers.detail);
  const lost = servers.found.filter(({ weight, restoreWeight }) => weight === 0 && restoreWeight === undefined);
  const detail = `${[...new Set(lost.map(serverText))].join(', ')}: ${noWeightText}`;
  const drained = servers.found.some(({ restoreWeight }) => restoreWeight !== undefined);
  if (lost.length > 0 && !drained) return { ok: false, reason: 'noWeight', detail };
  const restored = changing(document, document.services, servers.found, (server) =>
    server.restoreWeight === undefined ? server : { ...server, weight: server.restoreWeight, restoreWeight: undefined },
  );
  return { ok: true, document: restored, ...(lost.length > 0 ? { note: detail } : {}) };
}

const noWeightText = 'weight 0, but not by rules drain: there is no weight to restore; use rules set';

function withSettings(server: RealServer, { weight, upperThreshold, lowerThreshold }: ServerSettings): RealServer {
  const changed = {
    ...server,
    ...(weight === undefined ? {} : { weight, restoreWeight: undefined }),
    upperThreshold: upperThreshold ?? server.upperThreshold,
    lowerThreshold: lowerThreshold ?? server.lowerThreshold,
  };
  const same =
    changed.weight === server.weight &&
    changed.restoreWeight === server.restoreWeight &&
    changed.upperThreshold === server.upperThreshold &&
    changed.lowerThreshold === server.lowerThreshold;
  return same ? server : changed;
}

function changingEverywhere(document: RulesDocument, serverName: string, change: (server: RealServer) => RealServer): ChangedRules {
  const servers: Named<readonly RealServer[]> = serversNamed(document.services, serverName);
  return servers.ok ? { ok: true, document: changing(document, document.services, servers.found, change) } : unknown(servers.detail);
}

const unknown = (detail: string): Unchangeable => ({ ok: false, reason: 'unknown', detail });

/** What does not change keeps its identity. */
function changing(
  document: RulesDocument,
  within: readonly VirtualService[],
  servers: readonly RealServer[],
  change: (server: RealServer) => RealServer,
): RulesDocument {
  const meant = new Set(servers);
  const services = document.services.map((service): VirtualService => {
    if (!within.includes(service)) return service;
    const after = service.servers.map((server) => (meant.has(server) ? change(server) : server));
    return sameItems(after, service.servers) ? service : { ...service, servers: after };
  });
  return sameItems(services, document.services) ? document : { services };
}

const sameItems = (one: readonly unknown[], other: readonly unknown[]): boolean => one.every((item, index) => item === other[index]);

const crossedText = (server: RealServer): string =>
  `the lower threshold ${server.lowerThreshold} of ${serverText(server)} would be above its upper threshold ${server.upperThreshold}`;
