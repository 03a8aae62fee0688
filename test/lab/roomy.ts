// A socket that loses nothing while its thread is held up: an instrument's pause must not look like a director's.
import type { Socket } from 'node:dgram';
import { fileDescriptor } from '../../src/keeper/advertSockets.ts';
import { setSocketOption } from '../../src/kernel/syscalls.ts';

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
/** Some thousand probes. The kernel's own measure is 277 of them: of a pause of a second it loses half. */
const bytes = 4 * 1024 * 1024;

/** As soon as the socket is bound. */
export function makeRoom(socket: Socket): void {
  socket.once('listening', () => setSocketOption(fileDescriptor(socket), SOL_SOCKET, SO_RCVBUFFORCE, bytes, 'an instrument'));
}
