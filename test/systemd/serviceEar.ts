// Hears what a service says, as systemd does: a datagram socket of a path or an abstract name.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindSocket, closeSocket, openSocket, receive } from '../../src/kernel/syscalls.ts';
import { unixAddress } from '../../src/kernel/unixDatagram.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

export class ServiceEar {
  readonly address: string;
  readonly #fd = openSocket(AF_UNIX, SOCK_DGRAM, 0, 'ear');
  readonly #buffer = new Uint8Array(4096);

  constructor(kind: 'path' | 'abstract') {
    const name = `vspair-ear-${process.pid}-${randomBytes(4).toString('hex')}`;
    this.address = kind === 'path' ? join(tmpdir(), name) : `@${name}`;
    bindSocket(this.#fd, unixAddress(this.address), this.address);
  }

  /** What has come since the last call; at most `most` of it. */
  heard(most = Number.POSITIVE_INFINITY): string[] {
    const messages: string[] = [];
    while (messages.length < most) {
      const length = receive(this.#fd, this.#buffer);
      if (length < 0) break;
      messages.push(Buffer.from(this.#buffer.subarray(0, length)).toString());
    }
    return messages;
  }

  close(): void {
    closeSocket(this.#fd);
    if (this.address.startsWith('/')) rmSync(this.address, { force: true });
  }
}
