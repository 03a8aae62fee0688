// A virtual service as a foreign file has it, and what becomes of it under IPVS's own conditions.
import type { ForwardingMethod, RealServer, RulesDocument, ServiceMatch, VirtualService } from '../rules/document.ts';
import { matchText } from '../rules/kernelServices.ts';
import { endpointText } from '../text/address.ts';
import type { Ledger, Passage } from './ledger.ts';

/** `port` undefined: the file has none. */
export interface ServerDraft extends Passage, Omit<RealServer, 'port' | 'lastPort' | 'restoreWeight'> {
  readonly port: number | undefined;
}

export interface ServiceDraft extends Passage, Omit<VirtualService, 'servers' | 'drain'> {
  readonly servers: readonly ServerDraft[];
}

export interface Settled {
  readonly document: RulesDocument;
  /** By the name of each service (`matchText`): where it stands. */
  readonly passages: ReadonlyMap<string, Passage>;
}

/** Services and servers that the kernel would refuse are left out or mistakes; every change is in the account. */
export function settled(drafts: readonly ServiceDraft[], ledger: Ledger): Settled {
  const first = new Map<string, Passage>();
  const services = drafts.flatMap((draft): VirtualService[] => {
    const name = matchText(draft.match);
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, draft);
      return [serviceOf(draft, ledger)];
    }
    ledger.leftOut(draft, `service ${name}`, { why: `line ${earlier.place.line} has it already`, advice: 'keep one of the two' });
    return [];
  });
  return { document: { services }, passages: first };
}

function serviceOf(draft: ServiceDraft, ledger: Ledger): VirtualService {
  const { match, scheduler, schedulerFlags, persistence, persistenceNetmask, persistenceEngine } = draft;
  if (match.by === 'address' && match.port === 0 && persistence === undefined)
    ledger.wrong(draft, `${matchText(match)} is for all ports without persistence`, 'a port, or persistence beside it');
  return {
    match,
    scheduler,
    schedulerFlags,
    persistence,
    persistenceNetmask,
    persistenceEngine,
    onePacket: draft.onePacket && !notUdp(draft, ledger),
    drain: undefined,
    servers: serversOf(draft, ledger),
  };
}

function notUdp(draft: ServiceDraft, ledger: Ledger): boolean {
  const { match } = draft;
  if (match.by === 'mark' || match.protocol === 'udp') return false;
  ledger.leftOut(draft, 'one-packet scheduling', { why: `IPVS has it for udp only, and this is ${match.protocol}`, advice: '' });
  return true;
}

function serversOf({ match, servers }: ServiceDraft, ledger: Ledger): RealServer[] {
  const first = new Map<string, Passage>();
  return servers.flatMap((draft): RealServer[] => {
    if (isOtherFamily(match, draft, ledger)) return [];
    const server = serverOf(match, draft, ledger);
    const name = endpointText(familyOf(server.address), server.address, server.port);
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, draft);
      return [server];
    }
    ledger.leftOut(draft, `server ${name}`, { why: `line ${earlier.place.line} has it already`, advice: 'keep one of the two' });
    return [];
  });
}

/** Linux takes a mixed pair only in a tunnel (ip_vs_ctl.c). */
function isOtherFamily(match: ServiceMatch, { forward, ...server }: ServerDraft, ledger: Ledger): boolean {
  const family = match.by === 'mark' ? match.family : familyOf(match.address);
  if (forward === 'tun' || family === familyOf(server.address)) return false;
  ledger.leftOut(server, `server ${server.address}`, {
    why: `its service is IPv${family}, and IPVS mixes the families only in tunnels`,
    advice: 'give it an address of that family, or a tunnel',
  });
  return true;
}

function serverOf(match: ServiceMatch, draft: ServerDraft, ledger: Ledger): RealServer {
  const { address, weight, forward, tunnel, upperThreshold, lowerThreshold } = draft;
  if (lowerThreshold > upperThreshold) {
    const what = `the lower threshold is ${lowerThreshold}, the upper one ${upperThreshold}`;
    ledger.wrong(draft, what, `a lower threshold of at most ${upperThreshold}`);
  }
  const ports = portsOf(match, draft, ledger);
  return { address, ...ports, weight, restoreWeight: undefined, forward, tunnel, upperThreshold, lowerThreshold };
}

/** Only nat can change the port: to the other methods IPVS's port of a server means nothing. */
function portsOf(match: ServiceMatch, draft: ServerDraft, ledger: Ledger): Pick<RealServer, 'port' | 'lastPort'> {
  const { port } = draft;
  if (match.by === 'mark') return { port: port ?? 0, lastPort: undefined };
  const own = { port: match.port, lastPort: match.lastPort };
  if (draft.forward === 'nat') return port === undefined || (port === 0 && match.port !== 0) ? own : { port, lastPort: undefined };
  if (port !== undefined && port !== 0 && port !== match.port)
    ledger.changed(
      draft,
      `port ${port} of ${draft.address} to ${match.port}`,
      `${methodNames[draft.forward]} leaves the port as it is, so the server has to listen there`,
    );
  return own;
}

const methodNames: Readonly<Record<ForwardingMethod, string>> = { dr: 'direct routing', tun: 'a tunnel', nat: 'NAT' };

export const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);
