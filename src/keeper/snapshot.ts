// The keeper's own account of itself, for status. Built when asked for, never kept up.
import { hearsUs, isHeard } from '../core/peers.ts';
import type { Group, Peer, State } from '../core/state.ts';
import { priorityOf } from '../core/state.ts';
import { type CoreConfig, type GroupPhase, type GroupSpec, type Millis, millis, type NodeName } from '../core/types.ts';
import { macText } from '../wire/address.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { KernelLevel } from './kernelLevel.ts';
import type { Lateness } from './lateness.ts';
import type { GroupSnapshot, KeeperSnapshot, PeerSnapshot } from './messages.ts';
import type { LinkState } from './ports.ts';
import type { Story } from './story.ts';

export interface SnapshotParts {
  readonly config: CoreConfig;
  readonly state: State;
  readonly now: Millis;
  readonly heartbeat: Heartbeat;
  readonly kernel: KernelLevel;
  readonly lateness: Lateness;
  readonly story: Story;
}

/** All but how the thread is scheduled and what its sockets failed to send: only the worker knows. */
export function snapshotOf(parts: SnapshotParts): KeeperSnapshot {
  const { config, state, kernel } = parts;
  const devices = new Set(config.groups.flatMap((group) => group.vips.map((vip) => vip.dev)));
  const links = kernel.links();
  return {
    takenAt: parts.now,
    self: config.self,
    incarnation: config.incarnation,
    maintenance: state.maintenance,
    stopping: state.shutdown !== 'no',
    realtime: '',
    lateness: parts.lateness.summary(),
    groups: state.groups.map((group) => groupSnapshot(parts, group)),
    peers: config.nodes.filter((node) => node.name !== config.self).map((node) => peerSnapshot(parts, node.name)),
    links: [...devices].map((dev) => linkSnapshot(dev, links)),
    rules: state.rules,
    adverts: { ...parts.heartbeat.counts(), sendFailures: 0 },
    kernelFailures: kernel.failures(),
  };
}

function linkSnapshot(dev: string, links: readonly LinkState[]): KeeperSnapshot['links'][number] {
  const link = links.find((one) => one.dev === dev);
  return link === undefined ? { dev, up: false } : { dev, up: link.up, mac: macText(link.mac) };
}

function groupSnapshot(parts: SnapshotParts, group: Group): GroupSnapshot {
  const { spec } = group;
  const story = parts.story.of(spec.vrid);
  return {
    vrid: spec.vrid,
    name: spec.name,
    phase: phaseOf(group),
    priority: priorityOf(parts, spec),
    active: activeOf(parts, group),
    preferred: preferredOf(parts, spec),
    reason: story?.reason ?? 'starting',
    sinceAgo: millis(story === undefined ? 0 : parts.now - story.since),
    vips: spec.vips.map((vip) => ({ address: vip.address, prefix: vip.prefix, dev: vip.dev, held: parts.kernel.isHeld(vip) })),
    lastTakeover: story?.lastTakeover,
  };
}

function preferredOf(parts: SnapshotParts, spec: GroupSpec): NodeName {
  const { self, nodes } = parts.config;
  const ranked = nodes.toSorted(
    (a, b) => priorityOf(parts, spec, b.name) - priorityOf(parts, spec, a.name) || b.addressRank - a.addressRank,
  );
  return ranked[0]?.name ?? self;
}

function phaseOf(group: Group): GroupPhase {
  return group.role.phase === 'stopped' ? 'initialize' : group.role.phase;
}

function activeOf(parts: SnapshotParts, group: Group): NodeName | undefined {
  if (group.role.phase === 'active') return parts.config.self;
  for (const [name, peer] of parts.state.peers) {
    const said = peer.advert.groups.find((one) => one.vrid === group.spec.vrid);
    if (said?.phase === 'active' && isHeard(peer, parts.now)) return name;
  }
  return undefined;
}

function peerSnapshot(parts: SnapshotParts, node: NodeName): PeerSnapshot {
  const peer: Peer | undefined = parts.state.peers.get(node);
  const heard = peer !== undefined && isHeard(peer, parts.now);
  return {
    node,
    heard,
    hearsUs: heard && hearsUs(parts, peer),
    lastHeardAgo: peer === undefined ? undefined : millis(parts.now - peer.heardAt),
    incarnation: peer?.advert.incarnation,
    rules: peer?.advert.rules,
    keyId: parts.heartbeat.keyOf(node),
    groups: peer?.advert.groups.map(({ vrid, phase, priority, handover }) => ({ vrid, phase, priority, handover })) ?? [],
    links: parts.heartbeat.links(node),
  };
}
