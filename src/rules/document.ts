// The rules: virtual services and their real servers, as operators write them and IPVS knows them.

export type Protocol = 'tcp' | 'udp' | 'sctp';
export type ForwardingMethod = 'dr' | 'tun' | 'nat';
/** By the names that ipvsadm uses. The kernel has two bits for them, whose meaning is the scheduler's. */
export type SchedulerFlag = 'sh-fallback' | 'sh-port' | 'mh-fallback' | 'mh-port';

/**
 * Which packets a service is for. `address` is canonical text (v4 or v6), `port` 0 to 65535, 0 for all ports. A range of
 * ports ends with `lastPort`; to the kernel it is a service for each of its ports. `mark` is what the packet filter put
 * on the packets.
 */
export type ServiceMatch =
  | {
      readonly by: 'address';
      readonly protocol: Protocol;
      readonly address: string;
      readonly port: number;
      readonly lastPort: number | undefined;
    }
  | { readonly by: 'mark'; readonly family: 4 | 6; readonly mark: number };

/** How `tun` wraps packets. `port` is the UDP port of the tunnel's end; `checksum` that of the outer packet. */
export type Tunnel =
  | { readonly type: 'ipip' }
  | { readonly type: 'gue'; readonly port: number; readonly checksum: 'none' | 'full' | 'remote' }
  | { readonly type: 'gre'; readonly checksum: 'none' | 'full' };

/**
 * Weight 0 drains: no new connections. Without `lastPort` all ports of a service come to `port`; with it (as many ports as
 * the service has) each comes to its counterpart, which with dr and tun is the port itself. `tunnel` only means something
 * with `forward: 'tun'`.
 */
export interface RealServer {
  readonly address: string;
  readonly port: number;
  readonly lastPort: number | undefined;
  readonly weight: number;
  /** What `rules restore` gives back to a server that `rules drain` took out. */
  readonly restoreWeight: number | undefined;
  readonly forward: ForwardingMethod;
  readonly tunnel: Tunnel | undefined;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

export interface VirtualService {
  readonly match: ServiceMatch;
  readonly scheduler: string;
  readonly schedulerFlags: readonly SchedulerFlag[];
  /** Seconds; undefined when clients do not stick to a server. */
  readonly persistence: number | undefined;
  /** Which clients count as one: a v4 mask as dotted text, a v6 prefix length as text. Undefined: each address by itself. */
  readonly persistenceNetmask: string | undefined;
  readonly persistenceEngine: 'sip' | undefined;
  readonly onePacket: boolean;
  /** Seconds that a server which the rules lose keeps its connections, at weight 0. Undefined: it is removed at once. */
  readonly drain: number | undefined;
  readonly servers: readonly RealServer[];
}

export interface RulesDocument {
  readonly services: readonly VirtualService[];
}

/** What this version writes, and the newest that it reads. It grows when an older version could misread what a newer one wrote. */
export const rulesFormat = 2;

/** How directors that share the rules among themselves order their revisions (see lineage.ts). */
export interface Lineage {
  /** The director on which it was applied. */
  readonly director: string;
  /** The digest of the revision that it replaced, whose number is one less; undefined for the first one. */
  readonly parent: string | undefined;
  /** How often an active director has decided for it, against another revision of its number. */
  readonly settled: number;
}

/** A document with its place in history. `digest`: hex of the first 8 bytes of SHA-256 over the canonical JSON. */
export interface RulesRevision {
  /** At most `rulesFormat`. */
  readonly format: number;
  /** The version of vspair that wrote it. */
  readonly writtenBy: string;
  readonly revision: number;
  readonly digest: string;
  readonly author: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
  /** Undefined when another store gave out the number. */
  readonly lineage?: Lineage | undefined;
  readonly document: RulesDocument;
}

/** What a revision is called: the number alone can be that of two, made on both sides of a cut. */
export type RevisionName = Pick<RulesRevision, 'revision' | 'digest'>;

/** A revision without its document, as the history lists it. */
export interface RevisionEntry {
  readonly revision: number;
  readonly digest: string;
  readonly author: string;
  readonly time: string;
  readonly message: string;
  readonly services: number;
  readonly servers: number;
  /** It lost against another revision of its number, or an edit made on the other side of a cut; `rules show` still has it. */
  readonly superseded: boolean;
}
