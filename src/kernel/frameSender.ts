// Sends whole Ethernet frames on any interface.
import { concat, u16, u16Network, u32 } from '../wire/netlink.ts';
import { CLOSED, closeSocket, openSocket, send } from './syscalls.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
/** Protocol 0: this socket sends and never receives. */
const NO_PROTOCOL = 0;

export class FrameSender {
  // One for all interfaces, bound to none: one that is bound meets its interface's last "down" as an error of the next
  // send, which would lose the first announcement after a link flap.
  #fd = openSocket(AF_PACKET, SOCK_RAW, NO_PROTOCOL, 'packet socket');

  /** Never blocks. Returns the number of bytes, or a negative errno. */
  send(index: number, protocol: number, frame: Uint8Array): number {
    return send(this.#fd, frame, linkLayerAddress(index, protocol));
  }

  close(): void {
    closeSocket(this.#fd);
    this.#fd = CLOSED;
  }
}

/** sockaddr_ll: family, protocol, interface, and the hardware address, which a raw frame carries itself. */
function linkLayerAddress(index: number, protocol: number): Uint8Array {
  return concat([u16(AF_PACKET), u16Network(protocol), u32(index), new Uint8Array(12)]);
}
