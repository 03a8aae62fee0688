// The advertisement of VRRP as other programs send it: version 2 (RFC 3768) and 3 (RFC 9568). We only listen, to find out
// who else speaks for our virtual router or our virtual IPs.
//
//     +-------+-------+---------------+---------------+---------------+
//   0 | ver.  | 1     |  VRID         |  priority     |  addresses    |
//     +-------+-------+---------------+---------------+---------------+
//   4 |  v2: authentication, interval |  checksum                     |
//     |  v3: interval, 1/100 s (12)   |                               |
//     +-------------------------------+-------------------------------+
//   8 |  addresses (4 or 16 each); v2: 8 bytes of authentication      |
//     +---------------------------------------------------------------+
//
// Big endian.
import { addressText } from './address.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import { viewOf } from './netlink.ts';

export interface VrrpAdvert {
  readonly version: 2 | 3;
  readonly vrid: number;
  /** 0: it is leaving. */
  readonly priority: number;
  readonly addresses: readonly string[];
}

export type VrrpReason = 'truncated' | 'unknown-version' | 'not-advertisement';

const HEADER_BYTES = 8;
const ADVERTISEMENT = 1;

/** `payload`: of an IP packet of protocol 112; `family` is that of the packet. */
export function decodeVrrp(payload: Uint8Array, family: 4 | 6): Decoded<VrrpAdvert, VrrpReason> {
  if (payload.length < HEADER_BYTES) return refused('truncated');
  const view = viewOf(payload);
  const version = view.getUint8(0) >> 4;
  if (version !== 2 && version !== 3) return refused('unknown-version');
  if ((view.getUint8(0) & 0xf) !== ADVERTISEMENT) return refused('not-advertisement');
  const addressBytes = family === 4 ? 4 : 16;
  const count = view.getUint8(3);
  if (payload.length < HEADER_BYTES + count * addressBytes) return refused('truncated');
  const addresses = Array.from({ length: count }, (_, index) => {
    const at = HEADER_BYTES + index * addressBytes;
    return addressText(payload.subarray(at, at + addressBytes));
  });
  return decoded({ version, vrid: view.getUint8(1), priority: view.getUint8(2), addresses });
}
