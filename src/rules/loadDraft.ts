// A rules file as far as it can be understood: what is wrong by itself is left out (the shape reports it), so that the
// rest can still be compared.
import { fieldsOf, itemsOf, numberIn, readIn, textIn } from '../text/found.ts';
import type { Path } from '../text/yaml.ts';
import { portsOfMark } from './loadDocument.ts';
import { readNetmask } from './loadShape.ts';
import { type Ports, readServerEndpoint, readServiceEndpoint, type ServerEndpoint, type ServiceEndpoint } from './ports.ts';

export interface DraftService {
  readonly at: Path;
  /** The keys that are written, whatever they hold. */
  readonly keys: ReadonlySet<string>;
  readonly endpoint: ServiceEndpoint | undefined;
  readonly mark: number | undefined;
  readonly family: 4 | 6 | undefined;
  /** Undefined for a mark: its packets may be of any. */
  readonly protocol: string | undefined;
  readonly scheduler: string | undefined;
  readonly schedulerFlags: readonly (string | undefined)[];
  readonly netmask: string | undefined;
  readonly onePacket: boolean;
  readonly servers: readonly DraftServer[];
}

export interface DraftServer {
  readonly at: Path;
  readonly keys: ReadonlySet<string>;
  readonly endpoint: ServerEndpoint | undefined;
  /** Its own, or those of its service. */
  readonly ports: Ports | undefined;
  readonly forward: string | undefined;
  readonly upper: number | undefined;
  readonly lower: number | undefined;
}

export const draftsOf = (root: unknown): DraftService[] =>
  itemsOf(fieldsOf(root)['services']).map((value, index) => draftOf(['services', index], fieldsOf(value)));

function draftOf(at: Path, fields: Readonly<Record<string, unknown>>): DraftService {
  const keys = new Set(Object.keys(fields));
  const byMark = keys.has('fwmark');
  const endpoint = byMark ? undefined : readIn(fields['address'], readServiceEndpoint);
  const ports = byMark ? portsOfMark : endpoint?.ports;
  const forward = fields['forward'] === undefined ? 'dr' : textIn(fields['forward']);
  return {
    at,
    keys,
    endpoint,
    mark: numberIn(fields['fwmark']),
    family: byMark ? familyOfMark(fields['family']) : endpoint?.address.family,
    protocol: byMark ? undefined : textIn(fields['protocol'] ?? 'tcp'),
    scheduler: textIn(fields['scheduler'] ?? 'wlc'),
    schedulerFlags: itemsOf(fields['schedulerFlags']).map(textIn),
    netmask: readIn(fields['persistenceNetmask'], readNetmask),
    onePacket: fields['onePacket'] === true,
    servers: itemsOf(fields['servers']).map((server, index) =>
      draftServer([...at, 'servers', index], fieldsOf(server), { ports, forward }),
    ),
  };
}

function familyOfMark(value: unknown): 4 | 6 | undefined {
  if (value === undefined || value === 'ipv4') return 4;
  return value === 'ipv6' ? 6 : undefined;
}

function draftServer(
  at: Path,
  fields: Readonly<Record<string, unknown>>,
  usual: { readonly ports: Ports | undefined; readonly forward: string | undefined },
): DraftServer {
  const endpoint = readIn(fields['address'], readServerEndpoint);
  return {
    at,
    keys: new Set(Object.keys(fields)),
    endpoint,
    ports: endpoint?.ports ?? usual.ports,
    forward: fields['forward'] === undefined ? usual.forward : textIn(fields['forward']),
    upper: numberIn(fields['upperThreshold'] ?? 0),
    lower: numberIn(fields['lowerThreshold'] ?? 0),
  };
}
