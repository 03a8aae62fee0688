// This machine as far as a new pair asks about it.
import { isLinkLocal, parsePrefixed } from '../../text/address.ts';
import type { World } from '../world.ts';
import type { Machine } from './answers.ts';

export function machineOf({ hostname, devices, addresses, schemas }: World): Machine {
  const own = addresses().flatMap(({ dev, address }) => {
    const read = parsePrefixed(address);
    // A zone would be needed to send to a link-local one.
    return read === undefined || isLinkLocal(read) ? [] : [{ dev, address: read }];
  });
  return { hostname, devices: devices(), addresses: own, schemas: schemas() };
}
