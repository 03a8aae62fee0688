// Hears every frame that comes in at far's end of a cable.
import { bindSocket, CLOSED, closeSocket, openSocket, receive, setSocketOption } from '../../src/kernel/syscalls.ts';
import { type ArpPacket, decodeArp } from '../../src/wire/arp.ts';
import { decodeNeighbourAdvertisement, type NeighbourAdvertisement } from '../../src/wire/neighbourAdvertisement.ts';
import { concat, u16, u16Network, u32 } from '../../src/wire/netlink.ts';
import { type Cable, index } from './cable.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;

export class Ear {
  #fd: number;
  readonly #heard: Uint8Array[] = [];
  readonly #buffer = new Uint8Array(2048);

  constructor(cable: Cable) {
    this.#fd = cable.on('far', () => openSocket(AF_PACKET, SOCK_RAW, 0, 'ear'));
    setSocketOption(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, 4 * 1024 * 1024, 'ear');
    bindSocket(this.#fd, concat([u16(AF_PACKET), u16Network(ETH_P_ALL), u32(index), new Uint8Array(12)]), 'ear');
  }

  /** All frames since the ear was opened. */
  frames(): readonly Uint8Array[] {
    for (let length = this.#next(); length >= 0; length = this.#next()) this.#heard.push(this.#buffer.slice(0, length));
    return this.#heard;
  }

  arp(): readonly ArpPacket[] {
    return this.frames().flatMap((frame) => {
      const packet = decodeArp(frame);
      return packet.ok ? [packet.value] : [];
    });
  }

  advertisements(): readonly NeighbourAdvertisement[] {
    return this.frames().flatMap((frame) => {
      const advertisement = decodeNeighbourAdvertisement(frame);
      return advertisement.ok ? [advertisement.value] : [];
    });
  }

  close(): void {
    closeSocket(this.#fd);
    this.#fd = CLOSED;
  }

  #next(): number {
    return receive(this.#fd, this.#buffer);
  }
}
