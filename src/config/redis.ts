// The `state` section for Redis, resolved: which servers, and the names and databases that were not written.
import type { RedisNode, RedisServers, RedisState, TlsFiles } from './config.ts';
import type { RedisShape, RedisUrl } from './redisShape.ts';

/** For a shape without contradictions. The cluster's name keeps the keys of several vspair clusters apart. */
export function redisOf(shape: RedisShape, cluster: string): RedisState {
  return {
    backend: 'redis',
    servers: serversOf(shape),
    db: shape.db ?? shape.url?.db ?? 0,
    username: shape.username,
    passwordFile: shape.passwordFile,
    tls: tlsOf(shape),
    prefix: shape.prefix ?? (shape.cluster === undefined ? `vspair:${cluster}:` : `{vspair:${cluster}}:`),
    poll: shape.poll,
  };
}

function serversOf({ url, sentinel, cluster }: RedisShape): RedisServers {
  if (sentinel !== undefined) {
    const { name, nodes, username, passwordFile } = sentinel;
    return { kind: 'sentinel', name, nodes, username, passwordFile };
  }
  return url === undefined ? { kind: 'cluster', nodes: cluster ?? [] } : { kind: 'single', node: nodeOf(url) };
}

const nodeOf = ({ host, port }: RedisUrl): RedisNode => ({ host, port });

/** rediss:// alone asks for TLS as the system does it. */
function tlsOf({ url, tls }: RedisShape): TlsFiles | undefined {
  if (tls === undefined && url?.tls !== true) return undefined;
  return { ca: tls?.ca, certificate: tls?.certificate, key: tls?.key, serverName: tls?.serverName };
}
