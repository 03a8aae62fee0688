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
import { type KernelService, type KernelServices, kernelServicesOf, serviceKey, type WantedService } from './kernelServices.ts';
import { planServers } from './planServers.ts';

export type IpvsChange = ServiceChange | ServerChange;

export type ServiceChange =
  | { readonly type: 'addService'; readonly service: IpvsService }
  | { readonly type: 'editService'; readonly service: IpvsService; readonly was: IpvsService }
  | { readonly type: 'removeService'; readonly service: IpvsService };

/** `drainServer`: it left the rules, and loses its weight first. `unseatServer`, `seatServer`: two halves of a move in the list. */
export type ServerChange =
  | {
      readonly type: 'addServer' | 'removeServer' | 'unseatServer' | 'seatServer';
      readonly of: IpvsServiceId;
      readonly server: IpvsDestination;
    }
  | ServerEdit<'editServer'>
  | ServerEdit<'drainServer'>;

interface ServerEdit<Type> {
  readonly type: Type;
  readonly of: IpvsServiceId;
  readonly server: IpvsDestination;
  readonly was: IpvsDestination;
}

export interface PlanInput {
  /** Of each service the server added last comes first. */
  readonly kernel: KernelServices;
  readonly desired: RulesDocument;
  /** Keys of the services that were put there for an earlier document. All others are somebody else's and stay. */
  readonly owned: ReadonlySet<string>;
  /** Servers (serverOf) that the document has lost and that stay for now, at weight 0. */
  readonly draining?: ReadonlySet<string>;
}

/** Empty when the kernel holds the document. A service of the document that somebody else made is taken over as it is. */
export function planRules({ kernel, desired, owned, draining = new Set() }: PlanInput): IpvsChange[] {
  const held = new Map(kernel.map((one) => [serviceKey(one.service.id), one]));
  const wanted = wantedServices(desired);
  const gone = [...held].filter(([key]) => owned.has(key) && !wanted.has(key));
  return [
    ...[...wanted].flatMap(([key, service]) => planService(held.get(key), service, draining)),
    ...gone.map(([, { service }]): IpvsChange => ({ type: 'removeService', service })),
  ];
}

const known = new WeakMap<RulesDocument, ReadonlyMap<string, WantedService>>();

/** By key. Kept as long as the document is: a pass every few seconds asks for the same. */
export function wantedServices(document: RulesDocument): ReadonlyMap<string, WantedService> {
  const before = known.get(document);
  if (before !== undefined) return before;
  const wanted = new Map(kernelServicesOf(document).map((one) => [serviceKey(one.service.id), one]));
  known.set(document, wanted);
  return wanted;
}

function planService(held: KernelService | undefined, wanted: WantedService, draining: ReadonlySet<string>): IpvsChange[] {
  const { service } = wanted;
  if (held === undefined) return [{ type: 'addService', service }, ...planServers({ service, servers: [] }, wanted, draining)];
  const edit: IpvsChange[] = sameService(held.service, service) ? [] : [{ type: 'editService', service, was: held.service }];
  return [...edit, ...planServers(held, wanted, draining)];
}

const sameService = (held: IpvsService, wanted: IpvsService): boolean =>
  held.scheduler === wanted.scheduler &&
  (held.flags & ~SERVICE_HASHED) === wanted.flags &&
  held.timeout === wanted.timeout &&
  held.netmask === wanted.netmask &&
  held.engine === wanted.engine;
