// The servers of one service: what has to be said to the kernel so that it holds those of the rules.
import type { IpvsDestination, IpvsServiceId } from '../wire/ipvs.ts';
import { type KernelService, serverKey, serviceKey, type WantedService } from './kernelServices.ts';
import type { IpvsChange, ServerChange } from './plan.ts';
import { misplaced } from './serverOrder.ts';

/** Names a server of the whole table: `10.0.0.11:80 of tcp 10.0.0.1:80`. */
export const serverOf = (of: IpvsServiceId, server: IpvsDestination): string => `${serverKey(server)} of ${serviceKey(of)}`;

/** `draining`: which servers (serverOf) that the rules have lost stay, without new connections. */
export function planServers(held: KernelService, wanted: WantedService, draining: ReadonlySet<string>): IpvsChange[] {
  const of = wanted.service.id;
  const before = new Map(held.servers.map((server) => [serverKey(server), server]));
  const after = new Map(wanted.servers.map((server) => [serverKey(server), server]));
  const added: IpvsChange[] = [];
  const edited: Extract<ServerChange, { type: 'editServer' }>[] = [];
  for (const [key, server] of after) {
    const was = before.get(key);
    if (was === undefined) added.push({ type: 'addServer', of, server });
    else if (!sameServer(was, server)) edited.push({ type: 'editServer', of, server, was });
  }
  const lost = [...before].flatMap(([key, server]) => (after.has(key) ? [] : leaving(of, server, draining)));
  edited.sort((one, other) => rise(other) - rise(one));
  // A server that is missing, and maybe refused, has no place yet: the next look sees where it stands.
  const moved = added.length === 0 ? moves(held, wanted) : [];
  return [...added, ...edited, ...moved, ...lost];
}

function leaving(of: IpvsServiceId, was: IpvsDestination, draining: ReadonlySet<string>): ServerChange[] {
  if (!draining.has(serverOf(of, was))) return [{ type: 'removeServer', of, server: was }];
  return was.weight === 0 ? [] : [{ type: 'drainServer', of, server: { ...was, weight: 0 }, was }];
}

/** Out and in again at once: the kernel finds the server with its connections and counters in its trash. */
const moves = (held: KernelService, { service, servers }: WantedService): ServerChange[] =>
  misplaced(service.scheduler, held.servers, servers).flatMap((server) => [
    { type: 'unseatServer', of: service.id, server },
    { type: 'seatServer', of: service.id, server },
  ]);

const rise = ({ server, was }: { readonly server: IpvsDestination; readonly was: IpvsDestination }): number => server.weight - was.weight;

const sameServer = (held: IpvsDestination, wanted: IpvsDestination): boolean =>
  held.forward === wanted.forward &&
  held.weight === wanted.weight &&
  held.upperThreshold === wanted.upperThreshold &&
  held.lowerThreshold === wanted.lowerThreshold &&
  (held.forward !== 'tun' || sameTunnel(held.tunnel, wanted.tunnel));

const sameTunnel = (held: IpvsDestination['tunnel'], wanted: IpvsDestination['tunnel']): boolean =>
  held.type === wanted.type && held.port === wanted.port && held.flags === wanted.flags;
