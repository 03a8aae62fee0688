// `virtual_server` of keepalived.conf as services: by address, by firewall mark, or for each member of a group.
import type { ServiceMatch } from '../../rules/document.ts';
import { parseAddress } from '../../text/address.ts';
import type { Ledger } from '../ledger.ts';
import { familyOf, type ServerDraft, type ServiceDraft } from '../serviceDraft.ts';
import { titleOf } from './reading.ts';
import { realServerIn } from './realServers.ts';
import type { Endpoint, ServerGroups } from './serverGroups.ts';
import { defaultPersistence, readService, type ServiceSettings } from './serviceSettings.ts';
import type { Statement } from './statements.ts';

export function virtualServerIn(statement: Statement, groups: ServerGroups, ledger: Ledger): ServiceDraft[] {
  const endpoints = endpointsOf(statement, groups, ledger);
  checkFamilies(statement, endpoints, ledger);
  const settings = readService(statement, endpoints, ledger);
  const { rule, forwarding, weight } = settings;
  const servers = settings.servers.flatMap((one) => realServerIn(one, { forwarding, weight }, ledger));
  if (servers.length === 0)
    ledger.leftOut(statement, titleOf(statement), { why: 'it has no real servers, and keepalived passes it over', advice: '' });
  const { place, lastLine } = statement;
  return (servers.length === 0 ? [] : endpoints).map((endpoint) => ({
    place,
    lastLine,
    ...rule,
    persistence: endpoint.by === 'address' ? persistenceFor(endpoint, statement, settings, ledger) : rule.persistence,
    match: matchOf(endpoint, settings, servers),
    servers: endpoint.by === 'mark' ? servers.map((server) => withoutPort(server, ledger)) : servers,
  }));
}

/** keepalived takes such a group away: nothing says what family its marks are of. */
function checkFamilies(statement: Statement, endpoints: readonly Endpoint[], ledger: Ledger): void {
  const families = new Set(endpoints.flatMap((one) => (one.by === 'address' ? [familyOf(one.address)] : [])));
  const unsaid = endpoints.find((one) => one.by === 'mark' && one.family === undefined);
  if (families.size > 1 && unsaid !== undefined)
    ledger.wrong(unsaid, `${titleOf(statement)} has IPv4, IPv6 and a mark that is of neither`, 'inet or inet6 after the mark');
}

/** `ADDRESS [PORT]`, `fwmark NUMBER`, `group NAME` */
function endpointsOf(statement: Statement, groups: ServerGroups, ledger: Ledger): readonly Endpoint[] {
  const [first, second, ...more] = statement.words.map(({ text }) => text);
  const { place, lastLine } = statement;
  const expected = 'virtual_server ADDRESS [PORT], virtual_server fwmark NUMBER or virtual_server group NAME';
  const wrong = (what: string, instead: string): readonly Endpoint[] => {
    ledger.wrong(statement, what, instead);
    return [];
  };
  if (more.length > 0) return wrong(titleOf(statement), expected);
  if (first === 'group')
    return (
      groups.get(second ?? '') ??
      wrong(`there is no virtual_server_group ${second ?? ''}`, [...groups.keys()].join(', ') || 'a virtual_server_group of this name')
    );
  if (first === 'fwmark') {
    const mark = /^\d{1,10}$/.test(second ?? '') ? Number(second) : 0;
    return mark >= 1 && mark <= 0xffff_ffff
      ? [{ place, lastLine, by: 'mark', mark, family: undefined }]
      : wrong(titleOf(statement), 'fwmark and a number from 1 to 4294967295');
  }
  const address = parseAddress(first ?? '');
  const port = second === undefined ? undefined : /^\d{1,5}$/.test(second) ? Number(second) : Number.NaN;
  if (address === undefined || !(port === undefined || port <= 65_535)) return wrong(titleOf(statement), expected);
  return [{ place, lastLine, by: 'address', address: address.text, port, lastPort: undefined }];
}

/** Only nat can change the port: keepalived clears it for the other methods. */
function withoutPort(server: ServerDraft, ledger: Ledger): ServerDraft {
  if (server.forward === 'nat' || (server.port ?? 0) === 0) return server;
  ledger.leftOut(server, `port ${server.port ?? ''} of ${server.address}`, {
    why: 'with a firewall mark only NAT can change the port, and keepalived clears it',
    advice: '',
  });
  return { ...server, port: undefined };
}

/** keepalived makes a service without a port persistent by itself. */
function persistenceFor(
  { port = 0 }: { readonly port: number | undefined },
  statement: Statement,
  { rule: { persistence } }: ServiceSettings,
  ledger: Ledger,
): number | undefined {
  if (port !== 0 || persistence !== undefined) return persistence;
  ledger.assumed(
    statement,
    `persistence of ${defaultPersistence}s`,
    'without a port a service has to be persistent, and that is what keepalived takes',
  );
  return defaultPersistence;
}

function matchOf(endpoint: Endpoint, { protocol, family }: ServiceSettings, servers: readonly ServerDraft[]): ServiceMatch {
  if (endpoint.by === 'mark') return { by: 'mark', mark: endpoint.mark, family: endpoint.family ?? family ?? familyFor(servers) };
  const { address, port = 0, lastPort } = endpoint;
  return { by: 'address', protocol, address, port, lastPort };
}

/** That of its servers that are not in a tunnel, else the one of all its tunnels, else IPv4 (keepalived.conf(5), "LVS CONFIGURATION"). */
function familyFor(servers: readonly ServerDraft[]): 4 | 6 {
  const direct = servers.find(({ forward }) => forward !== 'tun');
  if (direct !== undefined) return familyOf(direct.address);
  return servers.length > 0 && servers.every(({ address }) => familyOf(address) === 6) ? 6 : 4;
}
