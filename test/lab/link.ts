// A network device of the thread's namespace is set up or down by ioctl: at once, where a process would take milliseconds.
import koffi from 'koffi';

const libc = koffi.load(null);
const c: SystemCalls = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  ioctl: libc.func('int ioctl(int fd, unsigned long request, _Inout_ void *argument)'),
  close: libc.func('int close(int fd)'),
};

interface SystemCalls {
  socket(domain: number, type: number, protocol: number): number;
  ioctl(fd: number, request: number, argument: Buffer): number;
  close(fd: number): number;
}

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

// struct ifreq: 16 bytes of name, then the flags.
const ifreqBytes = 40;
const flagsOffset = 16;

export function setLinkUp(device: string, up: boolean): void {
  const request = Buffer.alloc(ifreqBytes);
  request.write(device, 'latin1');
  const fd = c.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  try {
    control(fd, SIOCGIFFLAGS, request, device);
    const flags = request.readUInt16LE(flagsOffset);
    request.writeUInt16LE(up ? flags | IFF_UP : flags & ~IFF_UP, flagsOffset);
    control(fd, SIOCSIFFLAGS, request, device);
  } finally {
    c.close(fd);
  }
}

function control(fd: number, request: number, argument: Buffer, device: string): void {
  if (c.ioctl(fd, request, argument) < 0) throw new Error(`ioctl ${device}: errno ${koffi.errno()}`);
}
