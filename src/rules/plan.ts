// What has to be said to the kernel so that it holds the document: only differences. Editing keeps connections,
// persistence and counters; removing and adding again would lose them, so what can be edited is never replaced.
//
// The order keeps clients served between any two changes of the list:
// - the servers of a new service stand right behind it: without one it refuses clients;
// - servers are added before others are drained or removed, and weights rise before others sink, so that a service never
//   passes through a state without a server that takes connections;
// - services go last: one that another replaces (a service for all ports, say) serves until the other is complete.
import { type IpvsDestination, type IpvsService, type IpvsServiceId, SERVICE_HASHED } from '../wire/ipvs.ts';
import type { RulesDocument } from './document.ts';
import { type KernelService, type KernelServices, kernelServicesOf, serverKey, serviceKey } from './kernelServices.ts';

export type IpvsChange =
  | { readonly type: 'addService'; readonly service: IpvsService }
  | { readonly type: 'editService'; readonly service: IpvsService; readonly was: IpvsService }
  | { readonly type: 'removeService'; readonly service: IpvsService }
  | { readonly type: 'addServer'; readonly of: IpvsServiceId; readonly server: IpvsDestination }
  | { readonly type: 'editServer'; readonly of: IpvsServiceId; readonly server: IpvsDestination; readonly was: IpvsDestination }
  | { readonly type: 'removeServer'; readonly of: IpvsServiceId; readonly server: IpvsDestination };

export interface PlanInput {
  readonly kernel: KernelServices;
  readonly desired: RulesDocument;
  /** Keys of the services that were put there for an earlier document. All others are somebody else's and stay. */
  readonly owned: ReadonlySet<string>;
}

/** Empty when the kernel holds the document. A service of the document that somebody else made is taken over as it is. */
export function planRules({ kernel, desired, owned }: PlanInput): IpvsChange[] {
  const held = new Map(kernel.map((one) => [serviceKey(one.service.id), one]));
  const wanted = new Map(kernelServicesOf(desired).map((one) => [serviceKey(one.service.id), one]));
  const gone = kernel.filter(({ service }) => owned.has(serviceKey(service.id)) && !wanted.has(serviceKey(service.id)));
  return [
    ...[...wanted].flatMap(([key, service]) => planService(held.get(key), service)),
    ...gone.map(({ service }): IpvsChange => ({ type: 'removeService', service })),
  ];
}

function planService(held: KernelService | undefined, wanted: KernelService): IpvsChange[] {
  const { service } = wanted;
  if (held === undefined) return [{ type: 'addService', service }, ...planServers(service.id, [], wanted.servers)];
  const edit: IpvsChange[] = sameService(held.service, service) ? [] : [{ type: 'editService', service, was: held.service }];
  return [...edit, ...planServers(service.id, held.servers, wanted.servers)];
}

function planServers(of: IpvsServiceId, held: readonly IpvsDestination[], wanted: readonly IpvsDestination[]): IpvsChange[] {
  const before = new Map(held.map((server) => [serverKey(server), server]));
  const after = new Map(wanted.map((server) => [serverKey(server), server]));
  const added: IpvsChange[] = [];
  const edited: (IpvsChange & { readonly type: 'editServer' })[] = [];
  for (const [key, server] of after) {
    const was = before.get(key);
    if (was === undefined) added.push({ type: 'addServer', of, server });
    else if (!sameServer(was, server)) edited.push({ type: 'editServer', of, server, was });
  }
  edited.sort((one, other) => rise(other) - rise(one));
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, server]): IpvsChange => ({ type: 'removeServer', of, server }));
  return [...added, ...edited, ...removed];
}

const rise = ({ server, was }: { readonly server: IpvsDestination; readonly was: IpvsDestination }): number => server.weight - was.weight;

const sameService = (held: IpvsService, wanted: IpvsService): boolean =>
  held.scheduler === wanted.scheduler &&
  (held.flags & ~SERVICE_HASHED) === wanted.flags &&
  held.timeout === wanted.timeout &&
  held.netmask === wanted.netmask &&
  held.engine === wanted.engine;

const sameServer = (held: IpvsDestination, wanted: IpvsDestination): boolean =>
  held.forward === wanted.forward &&
  held.weight === wanted.weight &&
  held.upperThreshold === wanted.upperThreshold &&
  held.lowerThreshold === wanted.lowerThreshold &&
  (held.forward !== 'tun' || sameTunnel(held.tunnel, wanted.tunnel));

const sameTunnel = (held: IpvsDestination['tunnel'], wanted: IpvsDestination['tunnel']): boolean =>
  held.type === wanted.type && held.port === wanted.port && held.flags === wanted.flags;
