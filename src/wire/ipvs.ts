// What IPVS speaks about over generic netlink: services, destinations (the kernel's word for real servers), the two
// synchronisation daemons, timeouts (include/uapi/linux/ip_vs.h). ipvsRequest.ts and ipvsReply.ts have the messages.
import type { AddressFamily } from './address.ts';

export const IPVS_FAMILY_NAME = 'IPVS';
export const IPVS_VERSION = 1;

export type IpvsProtocol = 'tcp' | 'udp' | 'sctp';
/** `local` and `bypass` are the kernel's own: no rules ask for them. */
export type IpvsForward = 'nat' | 'local' | 'tun' | 'dr' | 'bypass';
export type IpvsTunnel = 'ipip' | 'gue' | 'gre';

/** What the kernel finds a service by: an address and a port, or the mark that the packet filter put on a packet. */
export type IpvsServiceId =
  | {
      readonly by: 'address';
      readonly family: AddressFamily;
      readonly protocol: IpvsProtocol;
      readonly address: string;
      readonly port: number;
    }
  | { readonly by: 'mark'; readonly family: AddressFamily; readonly mark: number };

export const SERVICE_PERSISTENT = 0x01;
/** Set by the kernel in what it tells, without a meaning in what it is told. */
export const SERVICE_HASHED = 0x02;
export const SERVICE_ONE_PACKET = 0x04;

export interface IpvsService {
  readonly id: IpvsServiceId;
  readonly scheduler: string;
  /** SERVICE_PERSISTENT, SERVICE_ONE_PACKET and the flags of the scheduler (0x08, 0x10, 0x20). */
  readonly flags: number;
  /** Seconds of persistence; 0 without. */
  readonly timeout: number;
  /** Which clients count as one: a v4 mask as dotted text, a v6 prefix length as text. */
  readonly netmask: string;
  /** Persistence engine (`sip`); empty for none. */
  readonly engine: string;
}

export interface IpvsDestinationId {
  readonly family: AddressFamily;
  readonly address: string;
  readonly port: number;
}

export interface IpvsDestination extends IpvsDestinationId {
  readonly forward: IpvsForward;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Only means something with `forward: 'tun'`. `port` is that of gue, `flags` are its checksum flags. */
  readonly tunnel: { readonly type: IpvsTunnel; readonly port: number; readonly flags: number };
}

export type IpvsDaemonRole = 'master' | 'backup';

export interface IpvsDaemon {
  readonly role: IpvsDaemonRole;
  readonly dev: string;
  /** 0 to 255; a backup takes in only what a master with the same id sends (0 as a backup: everything). */
  readonly syncId: number;
  /** Payload bytes of a packet that a master sends or a backup takes. Undefined in a request: what the device carries. */
  readonly maxLength: number | undefined;
  /** The multicast address of the packets, v4 or v6. Undefined in a request: 224.0.0.81; before Linux 4.3 in an answer too. */
  readonly group: string | undefined;
  /** Of UDP. Undefined in a request: 8848. */
  readonly port: number | undefined;
  /** Undefined in a request: 1. */
  readonly ttl: number | undefined;
}

/** Seconds. 0 in a request leaves the value as it is. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

/** Totals since the service or destination was made, and rates per second. */
export interface IpvsStats {
  readonly connections: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly connectionRate: number;
  readonly packetRateIn: number;
  readonly packetRateOut: number;
  readonly byteRateIn: number;
  readonly byteRateOut: number;
}
