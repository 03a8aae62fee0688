// Tells the neighbours on a link where an address is now: gratuitous ARP in both forms, or an unsolicited neighbour
// advertisement, as raw frames.
import type { KernelFailure } from '../keeper/ports.ts';
import { ETH_P_ARP, encodeGratuitousArp } from '../wire/arp.ts';
import { ETH_P_IPV6, encodeNeighbourAdvertisement } from '../wire/neighbourAdvertisement.ts';
import { concat, u16, u16Network, u32 } from '../wire/netlink.ts';
import type { Link } from '../wire/rtnetlink.ts';
import { CLOSED, closeSocket, errnoName, openSocket, send } from './syscalls.ts';

export interface Announced {
  readonly family: 4 | 6;
  readonly address: string;
  readonly dev: string;
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETHERNET_ADDRESS_BYTES = 6;
/** Protocol 0: this socket sends and never receives. */
const NO_PROTOCOL = 0;

export class Announcer {
  // One for all interfaces, bound to none: one that is bound meets its interface's last "down" as an error of the next
  // send, which would lose the first announcement after a link flap.
  #fd = openSocket(AF_PACKET, SOCK_RAW, NO_PROTOCOL, 'packet socket');

  /** Where there are no neighbours to tell (loopback, tunnels) it is done. */
  announce(announced: Announced, link: Link | undefined): KernelFailure | undefined {
    if (link?.hasNeighbours === false) return undefined;
    const errno = link === undefined ? 'ENODEV' : this.#send(announced, link);
    return errno === undefined ? undefined : { object: `${announced.address} dev ${announced.dev}`, attempt: 'announce', errno };
  }

  close(): void {
    closeSocket(this.#fd);
    this.#fd = CLOSED;
  }

  #send({ family, address }: Announced, { index, mac, routesIPv6 }: Link): string | undefined {
    if (mac.length !== ETHERNET_ADDRESS_BYTES) return 'EAFNOSUPPORT';
    const outcomes =
      family === 4
        ? [
            this.#frame(index, ETH_P_ARP, encodeGratuitousArp('request', address, mac)),
            this.#frame(index, ETH_P_ARP, encodeGratuitousArp('reply', address, mac)),
          ]
        : [this.#frame(index, ETH_P_IPV6, encodeNeighbourAdvertisement(address, mac, routesIPv6))];
    const failed = outcomes.find((outcome) => outcome < 0);
    return failed === undefined ? undefined : errnoName(failed);
  }

  #frame(index: number, protocol: number, frame: Uint8Array): number {
    return send(this.#fd, frame, linkLayerAddress(index, protocol));
  }
}

/** sockaddr_ll: family, protocol, interface, and the hardware address, which a raw frame carries itself. */
function linkLayerAddress(index: number, protocol: number): Uint8Array {
  return concat([u16(AF_PACKET), u16Network(protocol), u32(index), new Uint8Array(12)]);
}
