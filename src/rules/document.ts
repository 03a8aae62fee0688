// The rules: virtual services and their real servers, as operators write them and IPVS knows them.

export type Protocol = 'tcp' | 'udp' | 'sctp';
export type ForwardingMethod = 'dr' | 'tun' | 'nat';

/** `address` is canonical text (v4 or v6), `port` 0 to 65535. Weight 0 drains: no new connections. */
export interface RealServer {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly forward: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

export interface VirtualService {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  /** Seconds; undefined when clients do not stick to a server. */
  readonly persistence: number | undefined;
  /** Which clients count as one: a v4 mask as dotted text, a v6 prefix length as text. Undefined: each address by itself. */
  readonly persistenceNetmask: string | undefined;
  readonly onePacket: boolean;
  readonly servers: readonly RealServer[];
}

export interface RulesDocument {
  readonly services: readonly VirtualService[];
}

/** A document with its place in history. `digest`: hex of the first 8 bytes of SHA-256 over the canonical JSON. */
export interface RulesRevision {
  readonly revision: number;
  readonly digest: string;
  readonly author: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
  readonly document: RulesDocument;
}
