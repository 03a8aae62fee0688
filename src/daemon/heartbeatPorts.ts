// Whether this director can hear at all: one whose heartbeat port another program has would hear nobody, take its peers for
// dead and take over.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';

/** Throws VspairError: VSP_ADDRESS_UNUSABLE. An address that is not there yet is no fault: the keeper waits for it. */
export async function demandFreePorts(locals: readonly string[], port: number): Promise<void> {
  for (const local of locals) await demandFree(local, port);
}

async function demandFree(address: string, port: number): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
  } catch (cause) {
    if (errnoOf(cause) !== 'EADDRINUSE') return;
    const detail = 'another program has the port';
    throw new VspairError({ code: 'VSP_ADDRESS_UNUSABLE', object: `${address} port ${port}`, attempt: 'hear adverts', detail, cause });
  } finally {
    socket.close();
  }
}
