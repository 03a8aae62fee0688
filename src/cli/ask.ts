// One connection to the daemon for one command.
import type { ControlClient } from '../control/client.ts';
import { type GlobalOptions, socketOf } from './options.ts';
import type { World } from './world.ts';

export async function askDaemon<Answer>(
  options: GlobalOptions,
  { connect }: World,
  ask: (client: ControlClient) => Promise<Answer>,
): Promise<Answer> {
  const client = await connect(socketOf(options));
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}
