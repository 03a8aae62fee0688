// The other directors, asked over the peer channel in place of the daemon that does not run here. Never while it may run: a
// peer keeps one connection of each director, and would leave the daemon's for ours.
import type { DirectorConfig } from '../config/config.ts';
import { known, type PeerSeen, type Site, unknown } from '../doctor/seen.ts';
import { messageOf } from '../errors/message.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { peerTimings } from '../peer/channel.ts';
import { keepConnected } from '../peer/connection.ts';
import { clockOf } from './daemon.ts';

const answerMs = 3_000;

export function askPeers(site: Site, keys: readonly SecretKey[]): Promise<readonly PeerSeen[]> {
  return Promise.all(site.others.map((other) => askPeer(site, other, keys)));
}

async function askPeer({ config, self }: Site, other: DirectorConfig, keys: readonly SecretKey[]): Promise<PeerSeen> {
  const [key] = keys;
  if (key === undefined) return { node: other.name, status: unknown('there is no key to speak to it with'), clock: undefined };
  const { promise, resolve }: PromiseWithResolvers<string | undefined> = Promise.withResolvers();
  const failures = new Map<string, string>();
  const paths = self.addresses.flatMap((local, link) => {
    const remote = other.addresses[link];
    return remote === undefined ? [] : [{ local, remote }];
  });
  const connection = keepConnected({
    cluster: config.cluster,
    self: self.name,
    peer: other.name,
    paths,
    port: config.control.peerPort,
    key: () => key,
    timings: peerTimings,
    onConnected: () => resolve(undefined),
    onLost: resolve,
    onUnreachable({ remote }, detail) {
      failures.set(remote, detail);
      if (failures.size === paths.length) resolve([...new Set(failures.values())].join('; '));
    },
  });
  const timer = setTimeout(() => resolve(`no connection within ${answerMs} ms`), answerMs);
  try {
    const failure = await promise;
    const asker = connection.asker();
    if (failure !== undefined || asker === undefined)
      return { node: other.name, status: unknown(failure ?? 'no connection'), clock: undefined };
    const before = Date.now();
    const status = await asker.ask('status', {}, { timeoutMs: answerMs });
    return { node: other.name, status: known(status), clock: clockOf(status.daemon.wallClock, before, Date.now()) };
  } catch (error) {
    return { node: other.name, status: unknown(messageOf(error)), clock: undefined };
  } finally {
    clearTimeout(timer);
    await connection.close();
  }
}
