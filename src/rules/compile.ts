// Turns a plan into bytes: whoever takes over has only to write them. failures.ts reads the kernel's answers.
import type { CompiledRules } from '../keeper/ports.ts';
import { encodeIpvsRequest, type IpvsRequest } from '../wire/ipvsRequest.ts';
import { encodeBatch } from '../wire/netlink.ts';
import { serverKey, serviceKey } from './kernelServices.ts';
import type { IpvsChange } from './plan.ts';

export interface CompileOptions {
  readonly revision: number;
  readonly digest: string;
  /** The message type of IPVS in this kernel. */
  readonly family: number;
}

/** Message i has the sequence number i + 1 and the label i; the last one asks for an acknowledgement. */
export const compileRules = (changes: readonly IpvsChange[], { revision, digest, family }: CompileOptions): CompiledRules => ({
  revision,
  digest,
  messages: encodeBatch(changes.map((change) => encodeIpvsRequest(requestOf(change), family))),
  labels: changes.map(labelOf),
});

function requestOf(change: IpvsChange): IpvsRequest {
  switch (change.type) {
    case 'addService':
      return { command: 'newService', service: change.service };
    case 'editService':
      return { command: 'setService', service: change.service };
    case 'removeService':
      return { command: 'delService', id: change.service.id };
    case 'addServer':
    case 'seatServer':
      return { command: 'newDestination', of: change.of, destination: change.server };
    case 'editServer':
    case 'drainServer':
      return { command: 'setDestination', of: change.of, destination: change.server };
    case 'removeServer':
    case 'unseatServer':
      return { command: 'delDestination', of: change.of, destination: change.server };
  }
}

/** `service tcp 10.0.0.1:80 rr`, `server 10.0.0.11:80 of tcp 10.0.0.1:80` */
export function labelOf(change: IpvsChange): string {
  switch (change.type) {
    case 'addService':
    case 'editService':
    case 'removeService':
      return `service ${serviceKey(change.service.id)} ${change.service.scheduler}`;
    case 'addServer':
    case 'seatServer':
    case 'editServer':
    case 'drainServer':
    case 'removeServer':
    case 'unseatServer':
      return `server ${serverKey(change.server)} of ${serviceKey(change.of)}`;
  }
}
