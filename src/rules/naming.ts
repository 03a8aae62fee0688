// How people name a service or a server of the rules, and which one they mean by it: `10.0.0.1:80`, `tcp 10.0.0.1:80`,
// `tcp/10.0.0.1:80`, `fwmark 7`; `10.0.0.11:80`, or `10.0.0.11` for all its ports.
import { endpointText, parseAddress, parseEndpoint } from '../text/address.ts';
import { nearest, oneOf } from '../text/nearest.ts';
import type { RealServer, RulesDocument, VirtualService } from './document.ts';
import { matchText } from './kernelServices.ts';

/** `detail`: why nothing, or too much, has that name. */
export type Named<Found> = { readonly ok: true; readonly found: Found } | { readonly ok: false; readonly detail: string };

/** `10.0.0.11:80`, `10.0.0.11:8000-8010`, `[2001:db8::b]:80` */
export function serverText({ address, port, lastPort }: Pick<RealServer, 'address' | 'port' | 'lastPort'>): string {
  const first = endpointText(address.includes(':') ? 6 : 4, address, port);
  return lastPort === undefined ? first : `${first}-${lastPort}`;
}

export function serviceNamed({ services }: RulesDocument, text: string): Named<VirtualService> {
  const name = canonicalService(text);
  const meant = services.filter(({ match }) => namesOf(match).includes(name));
  const [found, ...others] = meant;
  if (found === undefined) return { ok: false, detail: unknownText('service', text, name, services.map(nameOfService)) };
  if (others.length > 0) return { ok: false, detail: `${text} may be ${oneOf(meant.map(nameOfService))}: name the protocol too` };
  return { ok: true, found };
}

/** Never empty: with an address alone, the server's every port. */
export function serversNamed(services: readonly VirtualService[], text: string): Named<readonly RealServer[]> {
  const name = canonicalEndpoint(text);
  const servers = services.flatMap((service) => service.servers);
  const found = servers.filter((server) => name === serverText(server) || name === server.address);
  if (found.length > 0) return { ok: true, found };
  const names = servers.flatMap((server) => [serverText(server), server.address]);
  return { ok: false, detail: unknownText('server', text, name, [...new Set(names)]) };
}

const nameOfService = ({ match }: VirtualService): string => matchText(match);

/** With its protocol, and without; a mark is none without its word. */
function namesOf(match: VirtualService['match']): readonly string[] {
  const full = matchText(match);
  return match.by === 'mark' ? [full] : [full, full.slice(match.protocol.length + 1)];
}

function canonicalService(text: string): string {
  const [, kind, rest = ''] = /^(?:(tcp|udp|sctp|fwmark6?)[ /]+)?(.*)$/i.exec(text.trim()) ?? [];
  return kind === undefined ? canonicalEndpoint(rest) : `${kind.toLowerCase()} ${canonicalEndpoint(rest)}`;
}

/** One address has many texts in IPv6. What is no address stays as it is, for the complaint. */
function canonicalEndpoint(text: string): string {
  const [, first = '', last = ''] = /^(.*?)(-\d+)?$/.exec(text.trim()) ?? [];
  const endpoint = parseEndpoint(first);
  if (endpoint !== undefined) return `${endpointText(endpoint.family, endpoint.text, endpoint.port)}${last}`;
  return parseAddress(first)?.text ?? text.trim();
}

const listed = 6;

function unknownText(what: string, text: string, name: string, known: readonly string[]): string {
  const missing = `there is no ${what} ${text} in the rules`;
  const close = nearest(name, [...known, ...known.map((one) => one.replace(/^\w+ /, ''))]);
  if (close !== undefined) return `${missing} (did you mean ${close}?)`;
  if (known.length === 0) return `${missing}, which have none`;
  return known.length > listed ? `${missing}, which have ${known.length} names` : `${missing}; there is ${oneOf(known)}`;
}
