// Small and large echoes over each heartbeat link, from our address to the peer's: proof of the way there and back.
import { setTimeout as pause } from 'node:timers/promises';
import { known, type PathSeen, type Seen, type Site, unknown } from '../doctor/seen.ts';
import { messageOf } from '../errors/message.ts';
import { openEchoSocket } from '../kernel/echoSocket.ts';
import type { DevicesSeen } from './devices.ts';

const smallBytes = 64;
/** Each is tried again, should the first meet an empty neighbour table. */
const tries = 3;
const betweenMs = 200;
/** Lasts after the last try. */
const patienceMs = 400;
const small = 1;
const large = 2;

/** Resolves in about a second. */
export function seePaths(site: Site, here: DevicesSeen): Promise<readonly PathSeen[]> {
  const ways = site.others.flatMap((other) =>
    other.addresses.flatMap((remote, link) => {
      const local = site.self.addresses[link];
      return local === undefined ? [] : [{ peer: other.name, link, local, remote }];
    }),
  );
  return Promise.all(
    ways.map(async (way, position) => {
      const device = deviceOf(way.local, here);
      const echo: PathSeen['echo'] =
        device === undefined ? unknown('the heartbeat address is not on this machine') : await echoed(way, device.mtu, position);
      return { ...way, device, echo };
    }),
  );
}

function deviceOf(address: string, { devices, addresses }: DevicesSeen): PathSeen['device'] {
  const dev = addresses.find((one) => one.address === address)?.dev;
  const found = devices.find((device) => device.dev === dev);
  return found === undefined ? undefined : { dev: found.dev, mtu: found.mtu };
}

/** `position` keeps the echoes of several ways apart: every raw socket hears all of them. */
async function echoed(
  { local, remote }: { readonly local: string; readonly remote: string },
  mtu: number,
  position: number,
): Promise<Seen<{ readonly small: boolean; readonly large: boolean }>> {
  const identifier = (process.pid * 64 + position) & 0xffff;
  const answered = new Set<number>();
  try {
    const socket = openEchoSocket(remote.includes(':') ? 6 : 4, local, (echo) => {
      if (echo.identifier === identifier) answered.add(echo.sequence);
    });
    try {
      for (let round = 0; round < tries && answered.size < 2; round += 1) {
        socket.request(remote, { identifier, sequence: small }, smallBytes);
        socket.request(remote, { identifier, sequence: large }, mtu);
        await pause(round === tries - 1 ? patienceMs : betweenMs);
      }
    } finally {
      socket.close();
    }
    return known({ small: answered.has(small), large: answered.has(large) });
  } catch (error) {
    return unknown(messageOf(error));
  }
}
