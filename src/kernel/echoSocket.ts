// Echo requests of a chosen size from one of our own addresses, never fragmented: the answer proves the way there and
// back, for packets of that size.
import { addressBytes } from '../wire/address.ts';
import { decodeEchoReply, type Echo, encodeEchoRequest } from '../wire/icmpEcho.ts';
import { decodeIp } from '../wire/ipPacket.ts';
import { concat, u16, u16Network, u32 } from '../wire/netlink.ts';
import { bindSocket, closeSocket, errnoName, openSocket, receive, send, setSocketOption, watchSocket } from './syscalls.ts';

export interface EchoSocket {
  /** `packetBytes`: of the whole IP packet. Returns the errno's name of what was not sent: EMSGSIZE is more than the interface takes. */
  request(remote: string, echo: Echo, packetBytes: number): string | undefined;
  close(): void;
}

const SOCK_RAW = 3;
const kinds = {
  // Level and option: IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. IP headers are 20 and 40 bytes.
  4: { domain: 2, protocol: 1, level: 0, option: 10, header: 20 },
  6: { domain: 10, protocol: 58, level: 41, option: 23, header: 40 },
} as const;
/** "Do not fragment", whatever was learned of the path before. */
const PMTUDISC_PROBE = 3;

/** `onReply` hears of every echo reply to this machine. Throws SystemError. */
export function openEchoSocket(family: 4 | 6, local: string, onReply: (echo: Echo) => void): EchoSocket {
  const { domain, protocol, level, option, header } = kinds[family];
  const fd = openSocket(domain, SOCK_RAW, protocol, 'ICMP socket');
  try {
    setSocketOption(fd, level, option, PMTUDISC_PROBE, 'ICMP socket');
    bindSocket(fd, socketAddress(family, local), `ICMP socket of ${local}`);
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  const buffer = new Uint8Array(65_536);
  const watch = watchSocket(fd, () => {
    for (let length = receive(fd, buffer); length >= 0; length = receive(fd, buffer)) {
      const echo = replyIn(family, buffer.subarray(0, length));
      if (echo !== undefined) onReply(echo);
    }
  });
  return {
    request(remote, echo, packetBytes) {
      const sent = send(fd, encodeEchoRequest(family, echo, packetBytes - header), socketAddress(family, remote));
      return sent < 0 ? errnoName(sent) : undefined;
    },
    close() {
      watch.end();
      closeSocket(fd);
    },
  };
}

/** An IPv4 socket gives the packet with its header, an IPv6 one without. */
function replyIn(family: 4 | 6, bytes: Uint8Array): Echo | undefined {
  if (family === 6) return decodeEchoReply(6, bytes);
  const packet = decodeIp(bytes);
  return packet.ok ? decodeEchoReply(4, packet.value.payload) : undefined;
}

/** sockaddr_in and sockaddr_in6, with port and flow label 0. */
function socketAddress(family: 4 | 6, address: string): Uint8Array {
  const { domain } = kinds[family];
  const bytes = addressBytes(address);
  return family === 4
    ? concat([u16(domain), u16Network(0), bytes, new Uint8Array(8)])
    : concat([u16(domain), u16Network(0), u32(0), bytes, u32(0)]);
}
