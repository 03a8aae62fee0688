// What an advert socket needs and Node cannot set: precedence on the way out, and a look at the TTL on the way in.
import { assemble } from './packetFilter.ts';
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
const SKF_NET_OFF = -0x100000;

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

/** Looks at the IP header, which is at negative offsets (SKF_NET_OFF) of what a UDP socket's filter sees. */
const onlyTtl255 = (offset: number): Uint8Array =>
  assemble([
    { do: 'loadByte', at: SKF_NET_OFF + offset },
    { do: 'ifEqual', operand: 255, goto: 'take' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'take' },
    { do: 'return', bytes: -1 },
  ]);
