// All that the checks are told of the world, on one page. Observers fill it in, tests write it down.
import type { Config, DirectorConfig } from '../config/config.ts';
import type { ConfigDigest } from '../config/digest.ts';
import type { DirectorStatus, StatusReport } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import type { Problem } from '../errors/place.ts';
import type { AddressState } from '../keeper/ports.ts';
import type { RulesDocument } from '../rules/document.ts';
import type { Ruleset } from './ruleset.ts';

/** What was seen, or why it could not be. */
export type Seen<Value> = { readonly known: true; readonly value: Value } | { readonly known: false; readonly why: string };

/** What there is to see without a configuration. */
export interface MachineSeen {
  readonly config: ConfigSeen;
  readonly kernel: KernelSeen;
  readonly daemon: DaemonSeen;
  readonly capabilities: Seen<CapabilitiesSeen>;
  /** Of this command. */
  readonly version: string;
}

export interface DirectorSeen extends MachineSeen {
  readonly site: Site;
  /** What keeps the secret from being used. */
  readonly secret: Complaint | undefined;
  /** The rules in use, of the daemon or of the disk; undefined when there are none yet. */
  readonly rules: Seen<RulesDocument | undefined>;
  readonly devices: readonly DeviceSeen[];
  readonly addresses: readonly AddressState[];
  readonly ports: readonly PortSeen[];
  readonly peers: readonly PeerSeen[];
  readonly wire: Seen<WireSeen>;
  /** Each way to a peer, by heartbeat link. */
  readonly paths: readonly PathSeen[];
  readonly vips: readonly VipSeen[];
  readonly neighbours: readonly NeighbourSeen[];
  readonly firewall: Seen<Ruleset>;
  readonly redis: RedisSeen;
}

export interface Complaint {
  readonly text: string;
  readonly advice: string;
}

export interface ConfigSeen {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The file is not there, or this machine is none of its directors. */
  readonly complaints: readonly Complaint[];
}

export interface KernelSeen {
  readonly release: string;
  /** IPVS answers in this network namespace. */
  readonly ipvs: boolean;
  readonly modules: ModulesSeen;
  /** By its path below /proc/sys; undefined when this kernel, or this namespace, does not have it. */
  readonly sysctl: (path: string) => string | undefined;
}

export interface ModulesSeen {
  /** In the kernel now, built in or loaded; undefined when it does not say. */
  readonly present: ReadonlySet<string> | undefined;
  /** Files for this kernel are installed; undefined when there is no list of them. */
  readonly installed: ReadonlySet<string> | undefined;
  /** kernel.modules_disabled: no module comes any more until the next boot. */
  readonly closed: boolean;
}

export type DaemonSeen =
  | { readonly state: 'running'; readonly report: StatusReport }
  | { readonly state: 'absent'; readonly detail: string }
  /** Somebody may be there, who does not answer or whom we may not ask. */
  | { readonly state: 'unknown'; readonly detail: string };

export const capabilityNames = ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_NICE'] as const;
export type CapabilityName = (typeof capabilityNames)[number];

export interface CapabilitiesSeen {
  /** "the daemon (pid 812)", "the unit vspair.service" */
  readonly owner: string;
  readonly held: readonly CapabilityName[];
}

/** This director in its configuration. */
export interface Site {
  readonly config: Config;
  /** Of the file; a running daemon may have another one. */
  readonly digest: ConfigDigest;
  readonly self: DirectorConfig;
  readonly others: readonly DirectorConfig[];
}

export interface DeviceSeen {
  readonly dev: string;
  readonly index: number;
  /** Lower case, with colons; empty for a device without one. */
  readonly mac: string;
  readonly up: boolean;
  readonly mtu: number;
}

export interface PortSeen {
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
  readonly holder: 'nobody' | 'daemon' | 'stranger';
  /** Which program the stranger is, when that can be told. */
  readonly program: string | undefined;
}

export interface PeerSeen {
  readonly node: NodeName;
  readonly status: Seen<DirectorStatus>;
  /** Its wall clock minus ours, ms, give or take `uncertaintyMs`. */
  readonly clock: { readonly aheadMs: number; readonly uncertaintyMs: number } | undefined;
}

export interface WireSeen {
  readonly listenedMs: number;
  readonly devices: readonly string[];
  readonly links: readonly LinkHeard[];
  readonly vrrp: readonly VrrpHeard[];
  readonly claims: readonly ClaimHeard[];
  /** Messages of the connection synchronisation that came from others. */
  readonly syncMessages: number;
}

/** The adverts of one peer on one heartbeat link. */
export interface LinkHeard {
  readonly peer: NodeName;
  readonly link: number;
  readonly local: string;
  readonly remote: string;
  /** Seen on the interface, where no firewall has been yet. */
  readonly onWire: number;
  /** Come through the firewall. */
  readonly arrived: number;
  /** Why those on the wire cannot be used: the decoder's reasons, and `ttl`. */
  readonly refusals: readonly string[];
  /** How long ago, ms, the peer last heard us on this link, by its newest advert; undefined when it never did. */
  readonly echoMs: number | undefined;
  /** Our own adverts to the peer that left the interface. */
  readonly left: number;
}

/** Another program's VRRP advertisement. */
export interface VrrpHeard {
  readonly dev: string;
  readonly source: string;
  readonly mac: string;
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
}

/** Somebody said by ARP, unasked, that a virtual IP is his. */
export interface ClaimHeard {
  readonly dev: string;
  readonly address: string;
  readonly mac: string;
}

export interface PathSeen {
  readonly peer: NodeName;
  readonly link: number;
  readonly local: string;
  readonly remote: string;
  /** The interface of the local address, and its MTU; undefined when the address is not here. */
  readonly device: { readonly dev: string; readonly mtu: number } | undefined;
  readonly echo: Seen<{ readonly small: boolean /** Of the interface's whole MTU. */; readonly large: boolean }>;
}

export interface VipSeen {
  readonly address: string;
  readonly dev: string;
  readonly held: boolean;
  /** The MACs that answered when all neighbours were asked. */
  readonly answers: Seen<readonly string[]>;
  /** The MAC of the neighbour table, as node-arp has it; not asked for what is held here. */
  readonly table: Seen<string> | undefined;
}

export interface NeighbourSeen {
  readonly address: string;
  readonly mac: string;
}

export type RedisSeen =
  | { readonly used: false }
  | { readonly used: true; readonly where: string; readonly read: Complaint | undefined; readonly write: Complaint | undefined };

export const known = <Value>(value: Value): Seen<Value> => ({ known: true, value });
export const unknown = (why: string): { readonly known: false; readonly why: string } => ({ known: false, why });
