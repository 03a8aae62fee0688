// Datagrams to a socket of this machine, such as the one on which systemd hears its services. Node has no such sockets.
import { concat, u16 } from '../wire/netlink.ts';
import { closeSocket, errnoName, openSocket, SystemError, send } from './syscalls.ts';

export interface DatagramSender {
  /** Never blocks. Returns the errno's name when it was not taken: EAGAIN while the receiver's queue is full. */
  readonly send: (text: string) => string | undefined;
  readonly close: () => void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** sun_path (unix(7)). */
const PATH_BYTES = 108;

/** `address`: an absolute path, or `@` and a name in the abstract namespace. Throws SystemError. Nobody need listen there yet. */
export function openDatagramSender(address: string): DatagramSender {
  const destination = unixAddress(address);
  const fd = openSocket(AF_UNIX, SOCK_DGRAM, 0, address);
  return {
    send(text) {
      const sent = send(fd, Buffer.from(text), destination);
      return sent < 0 ? errnoName(sent) : undefined;
    },
    close: () => closeSocket(fd),
  };
}

/** sockaddr_un. An abstract name begins with a zero byte and is as long as the address says; a path ends with one. */
export function unixAddress(address: string): Uint8Array {
  const name = Buffer.from(address.startsWith('@') ? `\0${address.slice(1)}` : `${address}\0`);
  if (!/^[/@]./.test(address)) throw new SystemError('socket', address, 'EAFNOSUPPORT');
  if (name.length > PATH_BYTES) throw new SystemError('socket', address, 'ENAMETOOLONG');
  return concat([u16(AF_UNIX), name]);
}
