// The heartbeat links: every direction of every link between two directors is a wire of its own, so that one way can fail
// without the other.
import type { NodeName } from '../../src/core/types.ts';
import type { Observe, Packet } from './happening.ts';
import type { Random } from './random.ts';
import type { WireQuality } from './setup.ts';
import type { Timeline } from './timeline.ts';

export interface Network {
  quality: WireQuality;
  /** Why a packet does not get through although its wire is whole; scenarios set it. */
  filter: (packet: Packet) => string | undefined;
  readonly send: (packet: Packet, after: number) => void;
  cut(from: NodeName, to: NodeName, link: number | 'all'): void;
  mend(from: NodeName, to: NodeName, link: number | 'all'): void;
  mendAll(): void;
  isCut(from: NodeName, to: NodeName, link: number): boolean;
}

export interface NetworkParts {
  readonly random: Random;
  readonly timeline: Timeline;
  readonly links: number;
  readonly observe: Observe;
  readonly deliver: (packet: Packet) => void;
}

/** A replayed datagram comes back after up to this long. */
const replayWithin = 10_000;

export function createNetwork(parts: NetworkParts, quality: WireQuality): Network {
  const { random, timeline, observe, deliver } = parts;
  const cuts = new Set<string>();
  const wire = (from: NodeName, to: NodeName, link: number): string => `${from}>${to}#${link}`;
  const wiresOf = (from: NodeName, to: NodeName, link: number | 'all'): readonly string[] =>
    Array.from({ length: parts.links }, (_, each) => wire(from, to, each)).filter((_, each) => link === 'all' || link === each);

  const travel = (packet: Packet, after: number): void => {
    const { delayMin, delayMax } = network.quality;
    timeline.at(timeline.now + after + random.between(delayMin, delayMax), () => {
      if (network.isCut(packet.from, packet.to, packet.link)) return observe({ type: 'lost', packet, why: 'cut' });
      deliver(packet);
    });
  };

  const network: Network = {
    quality,
    filter: () => undefined,
    send(packet, after) {
      const { loss, duplicate, replay, corrupt } = network.quality;
      const why = network.filter(packet) ?? (random.chance(loss) ? 'loss' : undefined);
      if (why !== undefined) {
        observe({ type: 'lost', packet, why });
        return;
      }
      travel(random.chance(corrupt) ? tampered(packet, random) : packet, after);
      if (random.chance(duplicate)) travel(packet, after);
      if (random.chance(replay)) travel(packet, after + random.between(0, replayWithin));
    },
    cut(from, to, link) {
      for (const one of wiresOf(from, to, link)) cuts.add(one);
    },
    mend(from, to, link) {
      for (const one of wiresOf(from, to, link)) cuts.delete(one);
    },
    mendAll() {
      cuts.clear();
    },
    isCut: (from, to, link) => cuts.has(wire(from, to, link)),
  };
  return network;
}

function tampered(packet: Packet, random: Random): Packet {
  const datagram = Uint8Array.from(packet.datagram);
  const place = random.below(datagram.length);
  datagram[place] = (datagram[place] ?? 0) ^ (1 << random.below(8));
  return { ...packet, datagram, advert: undefined };
}
