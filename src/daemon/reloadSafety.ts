// What stands against putting a configuration in force now: a reload never leaves this director unheard by, or deaf to, a
// director that it hears, since each would take the other for dead and serve. Adverts and the peers' own accounts tell.

import type { DaemonFiles } from '../cli/world.ts';
import { type ConfigChange, configChanges } from '../config/changes.ts';
import { isSameKey, keyNames, secretChanges } from '../config/secretChanges.ts';
import type { Obstacle } from '../control/reload.ts';
import type { PeerStatus } from '../control/status.ts';
import type { KeeperSnapshot, PeerSnapshot } from '../keeper/messages.ts';

export interface Surroundings {
  readonly keeper: KeeperSnapshot;
  readonly peers: readonly PeerStatus[];
}

export const fileChanges = (before: DaemonFiles, after: DaemonFiles): ConfigChange[] => [
  ...configChanges(before.config, after.config),
  ...secretChanges(before.keys, after.keys),
];

export function obstaclesTo(before: DaemonFiles, after: DaemonFiles, { keeper, peers }: Surroundings): Obstacle[] {
  return keeper.peers
    .filter(({ heard }) => heard)
    .flatMap((peer) => {
      const isGone = !after.config.directors.some(({ name }) => name === peer.node);
      if (isGone) return removalObstacles(keeper, peer);
      const account = peers.find(({ node }) => node === peer.node);
      return [
        ...linkObstacles(before, after, peer),
        ...keyObstacles(before, after, peer),
        ...signingObstacles(before, after, peer, account),
      ];
    });
}

function removalObstacles(keeper: KeeperSnapshot, { node, groups }: PeerSnapshot): Obstacle[] {
  const serves = keeper.groups.filter(({ vrid }) => groups.some((group) => group.vrid === vrid && group.phase === 'active'));
  if (serves.length === 0) return [];
  const names = serves.map(({ name }) => name).join(', ');
  return [
    { what: `${node} is not in the new configuration, and is active for ${names}`, advice: `hand over first, and stop vspair on ${node}` },
  ];
}

/** A link is known by its place in the lists and by both its addresses. */
function linkObstacles(before: DaemonFiles, after: DaemonFiles, peer: PeerSnapshot): Obstacle[] {
  const stays = peer.links.some(({ link, heard }) => heard && isSameLink(before, after, peer.node, link));
  if (stays) return [];
  return [
    {
      what: `no heartbeat link on which ${peer.node} is heard would stay as it is`,
      advice: `change one link after the other, on both directors each (new ones at the end of the lists), or stop vspair on ${peer.node} before`,
    },
  ];
}

function isSameLink(before: DaemonFiles, after: DaemonFiles, peer: string, link: number): boolean {
  const ends = ({ config, node }: DaemonFiles) => [
    node.addresses[link],
    config.directors.find(({ name }) => name === peer)?.addresses[link],
  ];
  const [old, fresh] = [ends(before), ends(after)];
  return old.every((address, index) => address !== undefined && address === fresh[index]);
}

/** We would drop what it says. */
function keyObstacles(before: DaemonFiles, after: DaemonFiles, { node, keyId }: PeerSnapshot): Obstacle[] {
  const used = keyNames(before.keys).find(({ id }) => id === keyId);
  if (used === undefined || keyNames(after.keys).some((name) => isSameKey(name, used))) return [];
  return [
    {
      what: `${node} still signs with key ${used.id}, which the new secret does not have`,
      advice: `keep key ${used.id} in the file until ${node} signs with another one: see vspair keygen --rotate`,
    },
  ];
}

/** It would drop what we say. */
function signingObstacles(before: DaemonFiles, after: DaemonFiles, { node }: PeerSnapshot, account: PeerStatus | undefined): Obstacle[] {
  const [old, signer] = [keyNames(before.keys)[0], keyNames(after.keys)[0]];
  if (old === undefined || signer === undefined || isSameKey(old, signer)) return [];
  const accepts = account?.via === 'channel' ? account.director.daemon.keys : undefined;
  if (accepts?.some((name) => isSameKey(name, signer)) === true) return [];
  const why = accepts === undefined ? 'cannot be asked whether it accepts' : 'does not accept';
  return [
    {
      what: `${node} ${why} key ${signer.id}, with which this director would sign`,
      advice: `give ${node} the new key as a second one first: see vspair keygen --rotate`,
    },
  ];
}
