// What the rules ask of the machine: which schedulers, which ways of forwarding, whose addresses.
import type { ForwardingMethod, RealServer, RulesDocument, VirtualService } from '../rules/document.ts';
import type { DirectorSeen } from './seen.ts';

/** None when the rules are not known: checks that need them say so by themselves. */
export const servicesOf = ({ rules }: Pick<DirectorSeen, 'rules'>): readonly VirtualService[] =>
  rules.known ? (rules.value?.services ?? []) : [];

export const serversOf = (seen: Pick<DirectorSeen, 'rules'>): readonly RealServer[] => servicesOf(seen).flatMap(({ servers }) => servers);

export const forwardsBy = (seen: Pick<DirectorSeen, 'rules'>, method: ForwardingMethod): boolean =>
  serversOf(seen).some(({ forward }) => forward === method);

export const schedulersOf = (document: RulesDocument): readonly string[] => [
  ...new Set(document.services.map(({ scheduler }) => scheduler)),
];

/** Servers that get their packets unchanged, with the virtual IP in them: by dr or tun. */
export const sharingServers = (seen: Pick<DirectorSeen, 'rules'>): readonly string[] => [
  ...new Set(
    serversOf(seen)
      .filter(({ forward }) => forward !== 'nat')
      .map(({ address }) => address),
  ),
];

/** Addresses of this machine that the rules send packets to: it is a real server as well. */
export function ownServers(seen: Pick<DirectorSeen, 'rules' | 'addresses'>): readonly RealServer[] {
  const own = new Set(seen.addresses.map(({ address }) => address));
  return serversOf(seen).filter(({ address }) => own.has(address));
}

/** The interfaces of the virtual IPs. */
export const vipDevices = ({ site }: Pick<DirectorSeen, 'site'>): readonly string[] => [
  ...new Set(site.config.groups.flatMap(({ vips }) => vips.map(({ dev }) => dev))),
];
