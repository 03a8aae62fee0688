// The system calls that Node does not offer, by FFI: all unsafe code of this program is in this file. Calls that open or
// set something throw a SystemError; sending and receiving return a negative errno, as the kernel itself does, since
// their failures are ordinary.
import koffi from 'koffi';

const libc = koffi.load(null);
const filterProgram = koffi.struct({ length: 'uint16_t', instructions: 'const uint8_t *' });

type Call = (...values: readonly unknown[]) => number;
const call = (prototype: string): Call => libc.func(prototype);
const attachFilter: Call = libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(filterProgram), 'uint32_t']);

// koffi has no ssize_t; intptr_t is as wide.
const c = {
  socket: call('int socket(int domain, int type, int protocol)'),
  bind: call('int bind(int fd, const void *address, uint32_t length)'),
  sendto: call('intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t addressLength)'),
  recv: call('intptr_t recv(int fd, _Out_ void *bytes, size_t length, int flags)'),
  setsockopt: call('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)'),
  close: call('int close(int fd)'),
  clock_gettime: call('int clock_gettime(int clock, _Out_ void *time)'),
  sched_setscheduler: call('int sched_setscheduler(int thread, int policy, const void *parameters)'),
};

const SOCK_CLOEXEC = 0o2000000;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const INSTRUCTION_BYTES = 8;

/** The number of a file that is not open, in place of one that the kernel may have given to another file by now. */
export const CLOSED = -1;

const errnoNames = new Map<number, string>();
for (const [name, number] of Object.entries(koffi.os.errno)) {
  if (!errnoNames.has(number)) errnoNames.set(number, name);
}

/** The name of an errno, of either sign: ENOENT for 2 and -2. */
export const errnoName = (errno: number): string => errnoNames.get(Math.abs(errno)) ?? `errno ${Math.abs(errno)}`;

/** A system call that failed: `code` is the errno's name, `object` what it was tried on. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly code: string;
  readonly call: string;
  readonly object: string;

  constructor(call: string, object: string, code: string) {
    super(`${call} ${object}: ${code}`);
    this.call = call;
    this.object = object;
    this.code = code;
  }
}

/** Opens a socket that child processes do not inherit. `object` names it in errors. */
export function openSocket(domain: number, type: number, protocol: number, object: string): number {
  const fd = c.socket(domain, type | SOCK_CLOEXEC, protocol);
  if (fd < 0) throw failed('socket', object);
  return fd;
}

export function bindSocket(fd: number, address: Uint8Array, object: string): void {
  if (c.bind(fd, address, address.length) < 0) throw failed('bind', object);
}

export function closeSocket(fd: number): void {
  c.close(fd);
}

/** Never blocks. Returns the number of bytes, or a negative errno. */
export function send(fd: number, bytes: Uint8Array, address?: Uint8Array): number {
  const sent = c.sendto(fd, bytes, bytes.length, MSG_DONTWAIT, address ?? null, address?.length ?? 0);
  return sent < 0 ? -koffi.errno() : sent;
}

/**
 * Takes one datagram, never blocks. Returns its whole length, which is more than `into` holds when it was cut, or a
 * negative errno.
 */
export function receive(fd: number, into: Uint8Array): number {
  const length = c.recv(fd, into, into.length, MSG_DONTWAIT | MSG_TRUNC);
  return length < 0 ? -koffi.errno() : length;
}

export function setSocketOption(fd: number, level: number, option: number, value: number, object: string): void {
  if (c.setsockopt(fd, level, option, Int32Array.of(value), 4) < 0) throw failed('setsockopt', object);
}

/** An option that is a structure. Throws SystemError. */
export function setSocketOptionBytes(fd: number, level: number, option: number, value: Uint8Array, object: string): void {
  if (c.setsockopt(fd, level, option, value, value.length) < 0) throw failed('setsockopt', object);
}

/** `instructions`: classic BPF, 8 bytes each. */
export function setSocketFilter(fd: number, instructions: Uint8Array, object: string): void {
  const program = { length: instructions.length / INSTRUCTION_BYTES, instructions };
  if (attachFilter(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, koffi.sizeof(filterProgram)) < 0) throw failed('setsockopt', object);
}

const time = new Uint32Array(4);

/** Milliseconds, with fractions, on one of the kernel's clocks. */
export function clockMillis(clock: number): number {
  c.clock_gettime(clock, time);
  const [secondsLow = 0, secondsHigh = 0, nanoseconds = 0] = time;
  return (secondsHigh * 2 ** 32 + secondsLow) * 1000 + nanoseconds / 1e6;
}

/** Of the calling thread alone. */
export function setScheduler(policy: number, priority: number): void {
  if (c.sched_setscheduler(0, policy, Int32Array.of(priority)) < 0) throw failed('sched_setscheduler', 'this thread');
}

export interface Watch {
  /** Before the socket is closed. */
  end(): void;
}

/**
 * Calls back from the event loop while something waits on the socket. The first exception ends the watch and the
 * process: left to the event loop it would be thrown again and again.
 */
export function watchSocket(fd: number, waits: () => void): Watch {
  const poll = koffi.node.poll(fd, { readable: true }, () => {
    try {
      waits();
    } catch (error) {
      poll.close();
      setImmediate(() => {
        throw error;
      });
    }
  });
  return { end: () => poll.close() };
}

// errno belongs to the last call of this thread: it is read before anything else can make one.
function failed(call: string, object: string): SystemError {
  return new SystemError(call, object, errnoName(koffi.errno()));
}
