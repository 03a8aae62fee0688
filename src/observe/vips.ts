// Who answers for each virtual IP: all neighbours by probes, and for IPv4 this machine's neighbour table by node-arp.
import { known, type Seen, type Site, unknown, type VipSeen } from '../doctor/seen.ts';
import { vipOwner } from '../neighbour/vipOwner.ts';
import type { DevicesSeen } from './devices.ts';

export interface OwnersOnWire {
  readonly answers: (address: string) => Seen<readonly string[]>;
}

/** What a look into the neighbour table brought, by address. */
export type TableLooks = ReadonlyMap<string, Seen<string>>;

/** Each look starts processes (ping, arp): a few addresses are enough to see a stranger. */
const looksAtMost = 4;

export async function lookIntoTable(site: Site, here: DevicesSeen, timeoutMs: number): Promise<TableLooks> {
  const asked = vipsOf(site).filter(({ family, address }) => family === 4 && !isHeld(address, here));
  const looks = asked.slice(0, looksAtMost).map(async ({ address }): Promise<[string, Seen<string>]> => {
    const owner = await vipOwner(address, { timeoutMs });
    return [address, owner.ok ? known(owner.mac) : unknown(owner.detail)];
  });
  return new Map(await Promise.all(looks));
}

export const seeVips = (site: Site, here: DevicesSeen, { answers }: OwnersOnWire, table: TableLooks): readonly VipSeen[] =>
  vipsOf(site).map(({ address, dev }) => ({
    address,
    dev,
    held: isHeld(address, here),
    answers: answers(address),
    table: table.get(address),
  }));

const vipsOf = ({ config }: Site) => config.groups.flatMap(({ vips }) => vips);

const isHeld = (address: string, { addresses }: DevicesSeen): boolean =>
  addresses.some((own) => own.address === address && own.dev !== 'lo');
