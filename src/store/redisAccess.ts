// Where Redis is and as whom it is used: what the configuration says, with the files that it names.
import type { ConnectionOptions } from 'node:tls';
import type { RedisNode, RedisState, TlsFiles } from '../config/config.ts';
import { readTextFile } from '../text/file.ts';
import type { Pauses } from './backOff.ts';

export interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export type RedisServers =
  | { readonly kind: 'single'; readonly node: RedisNode }
  | { readonly kind: 'sentinel'; readonly name: string; readonly nodes: readonly RedisNode[]; readonly credentials: Credentials }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

export interface RedisAccess {
  readonly servers: RedisServers;
  readonly db: number;
  readonly credentials: Credentials;
  readonly tls: ConnectionOptions | undefined;
  readonly timings: RedisTimings;
}

export interface RedisTimings extends Pauses {
  readonly connectMs: number;
  readonly commandMs: number;
}

/** The longest pause is short: after a failover of the servers every pause is time in which no change can be made. */
export const redisTimings: RedisTimings = { connectMs: 2000, commandMs: 1000, firstPauseMs: 100, longestPauseMs: 1000 };

/** Throws VspairError when a file that the section names cannot be read. */
export function accessTo(state: RedisState, timings: RedisTimings): RedisAccess {
  return {
    servers: serversOf(state),
    db: state.db,
    credentials: credentialsOf(state),
    tls: state.tls === undefined ? undefined : tlsOf(state.tls),
    timings,
  };
}

function serversOf({ servers }: RedisState): RedisServers {
  switch (servers.kind) {
    case 'single':
    case 'cluster':
      return servers;
    case 'sentinel':
      return { kind: 'sentinel', name: servers.name, nodes: servers.nodes, credentials: credentialsOf(servers) };
  }
}

type Named = Pick<RedisState, 'username' | 'passwordFile'>;

const credentialsOf = ({ username, passwordFile }: Named): Credentials => ({
  username,
  password: passwordFile === undefined ? undefined : readTextFile(passwordFile).toString('utf8').trim(),
});

function tlsOf({ ca, certificate, key, serverName }: TlsFiles): ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca: readTextFile(ca) }),
    ...(certificate === undefined ? {} : { cert: readTextFile(certificate) }),
    ...(key === undefined ? {} : { key: readTextFile(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
