// Hears what passes one interface, in both directions, before any firewall does: ARP, neighbour advertisements, VRRP, and
// UDP to the ports that are asked for. All else is left out in the kernel, so that a director under load does not notice.
import { concat, u16, u16Network, u32 } from '../wire/netlink.ts';
import { assemble, type Step } from './packetFilter.ts';
import {
  bindSocket,
  closeSocket,
  openSocket,
  receive,
  setSocketFilter,
  setSocketOption,
  setSocketOptionBytes,
  watchSocket,
} from './syscalls.ts';

export interface PacketTap {
  close(): void;
}

export interface TapWishes {
  /** Of the interface. */
  readonly index: number;
  readonly ports: readonly number[];
  /** Ethernet groups that the interface would otherwise not pass on, 6 bytes each. */
  readonly groups: readonly Uint8Array[];
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_MR_MULTICAST = 0;
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
const frameBytes = 2048;

/** `onFrame` gets each frame as a copy of its own. Throws SystemError. */
export function tapPackets({ index, ports, groups }: TapWishes, onFrame: (frame: Uint8Array) => void): PacketTap {
  // Protocol 0 until the filter is in place: nothing comes before.
  const fd = openSocket(AF_PACKET, SOCK_RAW, 0, 'packet socket');
  try {
    setSocketFilter(fd, assemble(tapProgram(ports)), 'packet socket');
    setSocketOption(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES, 'packet socket');
    for (const group of groups) setSocketOptionBytes(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership(index, group), 'packet socket');
    bindSocket(fd, concat([u16(AF_PACKET), u16Network(ETH_P_ALL), u32(index), new Uint8Array(12)]), 'packet socket');
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  const buffer = new Uint8Array(frameBytes);
  const watch = watchSocket(fd, () => {
    for (let length = receive(fd, buffer); length >= 0; length = receive(fd, buffer)) onFrame(buffer.slice(0, length));
  });
  return {
    close() {
      watch.end();
      closeSocket(fd);
    },
  };
}

/** struct packet_mreq: interface, type, length of the address, the address in 8 bytes. */
const membership = (index: number, group: Uint8Array): Uint8Array =>
  concat([u32(index), u16(PACKET_MR_MULTICAST), u16(group.length), group, new Uint8Array(8 - group.length)]);

// Offsets in an Ethernet frame.
const ETHER_TYPE = 12;
const IPV4 = 14;
const IPV6 = 14;

function tapProgram(ports: readonly number[]): Step[] {
  const toPorts = ports.map((port): Step => ({ do: 'ifEqual', operand: port, goto: 'take' }));
  return [
    { do: 'loadHalf', at: ETHER_TYPE },
    { do: 'ifEqual', operand: 0x0806, goto: 'take' },
    { do: 'ifEqual', operand: 0x0800, goto: 'v4' },
    { do: 'ifEqual', operand: 0x86dd, goto: 'v6' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'v4' },
    { do: 'loadByte', at: IPV4 + 9 },
    { do: 'ifEqual', operand: 112, goto: 'take' },
    { do: 'ifEqual', operand: 17, goto: 'v4udp' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'v4udp' },
    { do: 'loadHalf', at: IPV4 + 6 },
    { do: 'ifAnyBit', operand: 0x1fff, goto: 'leave' },
    { do: 'headerLength', at: IPV4 },
    { do: 'loadHalfAfterHeader', at: IPV4 + 2 },
    ...toPorts,
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'v6' },
    { do: 'loadByte', at: IPV6 + 6 },
    { do: 'ifEqual', operand: 112, goto: 'take' },
    { do: 'ifEqual', operand: 17, goto: 'v6udp' },
    { do: 'ifEqual', operand: 58, goto: 'v6icmp' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'v6udp' },
    { do: 'loadHalf', at: IPV6 + 42 },
    ...toPorts,
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'v6icmp' },
    { do: 'loadByte', at: IPV6 + 40 },
    { do: 'ifEqual', operand: 136, goto: 'take' },
    { do: 'label', name: 'leave' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'take' },
    { do: 'return', bytes: frameBytes },
  ];
}
