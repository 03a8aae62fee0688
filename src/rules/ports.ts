// Addresses and ports as a rules file writes them: one port, a range of ports, or, for a server, none of its own.
import { type Address, endpointText, isUnicast, parseAddress, parseEndpoint } from '../text/address.ts';

/** A range when `lastPort` is there, which then is greater than `port`. */
export interface Ports {
  readonly port: number;
  readonly lastPort: number | undefined;
}

export interface ServiceEndpoint {
  readonly address: Address;
  readonly ports: Ports;
}

/** Without ports of its own a server has those of its service. */
export interface ServerEndpoint {
  readonly address: Address;
  readonly ports: Ports | undefined;
}

/** As much of an endpoint as a pattern can say. */
export const serviceForm = /^([0-9.]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}(-\d{1,5})?$/;
export const serverForm = /^([0-9.]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5}(-\d{1,5})?)?$/;

/** `10.0.0.1:80`, `[2001:db8::1]:8000-8010`. */
export function readServiceEndpoint(text: string): ServiceEndpoint | undefined {
  const [, first = text, last] = /^(.*:[1-9]\d*)-([1-9]\d{0,4})$/.exec(text) ?? [];
  const endpoint = parseEndpoint(first);
  if (endpoint === undefined || !isUnicast(endpoint)) return undefined;
  const { port, ...address } = endpoint;
  if (last === undefined) return { address, ports: { port, lastPort: undefined } };
  const lastPort = Number(last);
  return lastPort > port && lastPort <= 65535 ? { address, ports: { port, lastPort } } : undefined;
}

/** As a service, or without a port: `10.0.0.11`, `[2001:db8::b]`. Without brackets the end of a v6 address could be a port. */
export function readServerEndpoint(text: string): ServerEndpoint | undefined {
  const [, bracketed] = /^\[(.*)\]$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? text);
  if (address === undefined) return readServiceEndpoint(text);
  const isWritten = (address.family === 6) === (bracketed !== undefined) && isUnicast(address);
  return isWritten ? { address, ports: undefined } : undefined;
}

/** `10.0.0.1:80`, `[2001:db8::1]:8000-8010`. */
export const portsEndpointText = (address: string, { port, lastPort }: Ports): string =>
  `${endpointText(address.includes(':') ? 6 : 4, address, port)}${lastPort === undefined ? '' : `-${lastPort}`}`;

/** `port 80`, `ports 8000-8010`. */
export const portsText = ({ port, lastPort }: Ports): string => (lastPort === undefined ? `port ${port}` : `ports ${port}-${lastPort}`);

export const portCount = ({ port, lastPort }: Ports): number => (lastPort ?? port) - port + 1;

export const samePorts = (one: Ports, other: Ports): boolean => one.port === other.port && one.lastPort === other.lastPort;
