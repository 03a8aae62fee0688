// Tells the neighbours on a link where an address is now: gratuitous ARP in both forms, or an unsolicited neighbour
// advertisement, as raw frames.
import type { KernelFailure } from '../keeper/ports.ts';
import { ETH_P_ARP, encodeGratuitousArp } from '../wire/arp.ts';
import { ETH_P_IPV6, encodeNeighbourAdvertisement } from '../wire/neighbourAdvertisement.ts';
import type { Link } from '../wire/rtnetlink.ts';
import { FrameSender } from './frameSender.ts';
import { errnoName } from './syscalls.ts';

export interface Announced {
  readonly family: 4 | 6;
  readonly address: string;
  readonly dev: string;
}

const ETHERNET_ADDRESS_BYTES = 6;

export class Announcer {
  readonly #sender = new FrameSender();

  /** Where there are no neighbours to tell (loopback, tunnels) it is done. */
  announce(announced: Announced, link: Link | undefined): KernelFailure | undefined {
    if (link?.hasNeighbours === false) return undefined;
    const errno = link === undefined ? 'ENODEV' : this.#send(announced, link);
    return errno === undefined ? undefined : { object: `${announced.address} dev ${announced.dev}`, attempt: 'announce', errno };
  }

  close(): void {
    this.#sender.close();
  }

  #send({ family, address }: Announced, { index, mac, routesIPv6 }: Link): string | undefined {
    if (mac.length !== ETHERNET_ADDRESS_BYTES) return 'EAFNOSUPPORT';
    const outcomes =
      family === 4
        ? [
            this.#sender.send(index, ETH_P_ARP, encodeGratuitousArp('request', address, mac)),
            this.#sender.send(index, ETH_P_ARP, encodeGratuitousArp('reply', address, mac)),
          ]
        : [this.#sender.send(index, ETH_P_IPV6, encodeNeighbourAdvertisement(address, mac, routesIPv6))];
    const failed = outcomes.find((outcome) => outcome < 0);
    return failed === undefined ? undefined : errnoName(failed);
  }
}
