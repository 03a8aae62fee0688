// The configuration after it was read, checked and resolved: what the rest of the program takes as given.
import type { GroupSpec, Millis, NodeName } from '../core/types.ts';
import type { AlertChannel } from './alertChannel.ts';

export interface DirectorConfig {
  readonly name: NodeName;
  readonly priority: number;
  /** One per heartbeat link, in the same order on every director; canonical text. */
  readonly addresses: readonly string[];
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** How Redis is found. */
export type RedisServers =
  | { readonly kind: 'single'; readonly node: RedisNode }
  | {
      readonly kind: 'sentinel';
      /** What the sentinels call the master. */
      readonly name: string;
      readonly nodes: readonly RedisNode[];
      readonly username: string | undefined;
      readonly passwordFile: string | undefined;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

/** Paths of PEM files; without `ca` the system's authorities are trusted. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** The name in the servers' certificates, when it is not the host that is connected to. */
  readonly serverName: string | undefined;
}

export interface RedisState {
  readonly backend: 'redis';
  readonly servers: RedisServers;
  readonly db: number;
  readonly username: string | undefined;
  readonly passwordFile: string | undefined;
  /** Undefined: no TLS. Sentinels are spoken to the same way as servers. */
  readonly tls: TlsFiles | undefined;
  readonly prefix: string;
  readonly poll: Millis;
}

export type StateBackend = RedisState | { readonly backend: 'peer' } | { readonly backend: 'none' };

export interface SyncConfig {
  readonly dev: string;
  readonly syncId: number;
  /** Bytes; undefined leaves it to the kernel. */
  readonly maxLength: number | undefined;
  /** A multicast address in canonical text. */
  readonly group: string;
  readonly port: number;
  readonly ttl: number;
}

export interface SysctlWish {
  /** Below /proc/sys: `net/ipv4/vs/conntrack`. */
  readonly path: string;
  /** `1`, `3 50` */
  readonly value: string;
}

export interface IpvsConfig {
  readonly standby: 'warm' | 'cold';
  /** How often the kernel is compared with the rules. */
  readonly reconcile: Millis;
  /** What happens when somebody else changed services of the rules. */
  readonly onDrift: 'repair' | 'report';
  readonly connectionSync: SyncConfig | undefined;
  /** Seconds; what is undefined is left alone. */
  readonly timeouts: { readonly tcp: number | undefined; readonly tcpFin: number | undefined; readonly udp: number | undefined };
  readonly sysctls: readonly SysctlWish[];
}

/** Where a server waits for connections. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isLoopback: boolean }
  | { readonly kind: 'unix'; readonly path: string };

export interface MetricsConfig {
  readonly listen: ListenAddress;
  /** Of single services and servers of IPVS. */
  readonly maxSeries: number;
}

export interface Config {
  readonly file: string;
  readonly cluster: string;
  readonly secretFile: string;
  readonly directors: readonly DirectorConfig[];
  readonly heartbeat: { readonly port: number; readonly interval: Millis };
  readonly groups: readonly GroupSpec[];
  readonly state: StateBackend;
  readonly ipvs: IpvsConfig;
  readonly alerts: readonly AlertChannel[];
  readonly metrics: MetricsConfig | undefined;
  readonly control: { readonly socket: string; readonly peerPort: number };
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'readable' | 'json' };
}
