// What an advert socket needs and Node cannot set: precedence on the way out, and a look at the TTL on the way in.
import { setSocketFilter, setSocketOption } from './syscalls.ts';

const SOL_SOCKET = 1;
const SO_PRIORITY = 12;
const IPPROTO_IP = 0;
const IP_TOS = 1;
const IPPROTO_IPV6 = 41;
const IPV6_TCLASS = 67;

/** Class selector 6, network control (RFC 2474), as routing protocols use it. */
const NETWORK_CONTROL = 0xc0;
/** The highest that needs no privilege. The default queue discipline sends it first. */
const PRIORITY = 6;

const TTL_AT = 8;
const HOP_LIMIT_AT = 7;

/**
 * For a UDP socket, by its file descriptor. What came through a router (TTL below 255, RFC 5082) never reaches the
 * process: IP_MINTTL is for TCP only, so a socket filter looks. Throws SystemError.
 */
export function hardenAdvertSocket(fd: number, family: 4 | 6): void {
  const object = 'advert socket';
  if (family === 4) setSocketOption(fd, IPPROTO_IP, IP_TOS, NETWORK_CONTROL, object);
  else setSocketOption(fd, IPPROTO_IPV6, IPV6_TCLASS, NETWORK_CONTROL, object);
  setSocketOption(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY, object);
  setSocketFilter(fd, onlyTtl255(family === 4 ? TTL_AT : HOP_LIMIT_AT), object);
}

/** Classic BPF (include/uapi/linux/filter.h), which reads the IP header at negative offsets (SKF_NET_OFF). */
function onlyTtl255(offset: number): Uint8Array {
  const SKF_NET_OFF = -0x100000;
  return Uint8Array.from([
    ...instruction(0x30 /* ld byte */, 0, 0, SKF_NET_OFF + offset),
    ...instruction(0x15 /* jump if equal, else skip one */, 0, 1, 255),
    ...instruction(0x06 /* return: the whole packet */, 0, 0, -1),
    ...instruction(0x06 /* return: nothing of it */, 0, 0, 0),
  ]);
}

function instruction(code: number, ifTrue: number, ifFalse: number, operand: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint8(2, ifTrue);
  view.setUint8(3, ifFalse);
  view.setInt32(4, operand, true);
  return bytes;
}
