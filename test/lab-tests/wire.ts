// What was said on the directors' networks: adverts, read with the lab's secret, and announcements, in one capture.
import { join } from 'node:path';
import { loadSecret } from '../../src/config/secret.ts';
import type { Advert, GroupAdvert } from '../../src/core/types.ts';
import type { SecretKey } from '../../src/keeper/messages.ts';
import { decodeAdvert } from '../../src/wire/advert.ts';
import { clusterId, nodeIds } from '../../src/wire/identity.ts';
import { type Capture, startCapture } from '../lab/capture.ts';
import { labNow } from '../lab/clock.ts';
import type { Director } from '../lab/director.ts';
import { type ArpFrame, type Frame, isAnnouncement, type NeighbourAdvertisement, type UdpFrame } from '../lab/frame.ts';
import type { Device, Host } from '../lab/host.ts';

export const advertPort = 1112;

export interface SeenAdvert {
  readonly at: number;
  readonly frame: UdpFrame;
  readonly advert: Advert;
}

export interface WirePoint {
  /** Where tcpdump sits: it hears what this host sends and what it is sent. */
  readonly host: Host;
  readonly dev?: Device;
}

export class Wire {
  readonly capture: Capture;
  readonly #reader: Omit<Parameters<typeof decodeAdvert>[1], 'keys'>;
  readonly #keys: SecretKey[];

  /** The secret is that of `director`, and of its peers. */
  static async tap(director: Director, point: WirePoint = { host: director.host }): Promise<Wire> {
    const capture = await startCapture(point.host, `udp port ${advertPort} or arp or icmp6`, point.dev);
    return new Wire(capture, director);
  }

  private constructor(capture: Capture, director: Director) {
    this.capture = capture;
    const nodes = nodeIds(['vs1', 'vsbak', 'vs3']);
    this.#reader = { cluster: clusterId('lab'), nodes };
    this.#keys = keysOf(director);
  }

  /** Adverts that are signed with the present keys of this director are read too. */
  learnKeys(director: Director): void {
    this.#keys.push(...keysOf(director).filter(({ id }) => !this.#keys.some((known) => known.id === id)));
  }

  /** The adverts of one director, oldest first. */
  adverts(from: string, since = 0): readonly SeenAdvert[] {
    return this.capture.frames.flatMap((frame) => this.#advertIn(frame)).filter((seen) => seen.advert.from === from && seen.at >= since);
  }

  /** The first advert of a director that matches, from `since` on, captured already or still to come. */
  async advert(from: string, matches: (group: GroupAdvert, advert: Advert) => boolean, since = 0, timeoutMs = 15_000): Promise<SeenAdvert> {
    let found: SeenAdvert | undefined;
    await this.capture.frame((frame) => {
      found ??= this.#advertIn(frame).find(({ at, advert }) => {
        const [group] = advert.groups;
        return at >= since && advert.from === from && group !== undefined && matches(group, advert);
      });
      return found !== undefined;
    }, timeoutMs);
    if (found === undefined) throw new Error('a frame matched, and no advert in it');
    return found;
  }

  /** Until so many more rounds of a director have been captured: time as the election counts it. */
  async rounds(from: string, count: number): Promise<void> {
    const begin = labNow();
    const sequences = new Set<number>();
    await this.capture.frame((frame) => {
      for (const { at, advert } of this.#advertIn(frame)) if (at > begin && advert.from === from) sequences.add(advert.sequence);
      return sequences.size >= count;
    }, 60_000);
  }

  /** By which `host` says that the address is with it. */
  announcements(host: Host, address: string, since = 0): readonly ArpFrame[] {
    const macs = host.plan.legs.map(({ mac }) => mac);
    return this.capture.frames
      .filter((frame) => isAnnouncement(frame, address))
      .filter((frame) => frame.at >= since && macs.includes(frame.senderMac));
  }

  /** What it has heard stays. */
  async stop(): Promise<void> {
    await this.capture.stop();
  }

  #advertIn(frame: Frame): readonly SeenAdvert[] {
    if (frame.kind !== 'udp' || frame.destinationPort !== advertPort) return [];
    const read = decodeAdvert(frame.payload, { ...this.#reader, keys: this.#keys });
    return read.ok ? [{ at: frame.at, frame, advert: read.value.advert }] : [];
  }
}

const keysOf = ({ folder }: Director): SecretKey[] => loadSecret(join(folder, 'secret'));

export const saysActive = (group: GroupAdvert): boolean => group.phase === 'active';

/** The longest time between two rounds of a director. */
export function longestSilence(adverts: readonly SeenAdvert[]): number {
  return adverts.reduce((longest, { at }, index) => Math.max(longest, at - (adverts[index - 1]?.at ?? at)), 0);
}

/** An unsolicited one that says that the address is with its sender. */
export const isAdvertisement = (frame: Frame, address: string): frame is NeighbourAdvertisement =>
  frame.kind === 'neighbourAdvertisement' && frame.target === address && !frame.solicited;
