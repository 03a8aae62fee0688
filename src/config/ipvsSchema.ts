// The shape of the section `ipvs` of the configuration.
import * as z from 'zod';
import { isMulticast, parseAddress } from '../text/address.ts';
import { parseWholeSeconds } from '../text/duration.ts';
import { choice, section, whole, written } from '../text/shape.ts';
import { ipvsSysctls, type Sysctl } from './ipvsSysctls.ts';
import { device, time } from './values.ts';

/** ipvsadm's bound for `--set`. */
const longestTimeout = 31 * 24 * 3600;

const timeout = (example: string) =>
  written(`a time in whole seconds up to 744h, such as ${example}`, (text) => parseWholeSeconds(text, longestTimeout)).optional();

function readGroup(text: string): string | undefined {
  const address = parseAddress(text);
  return address !== undefined && isMulticast(address) ? address.text : undefined;
}

/** What the kernel itself would choose, so that a daemon with other settings is known as such. */
const connectionSync = section({
  dev: device,
  syncId: whole(0, 255, 'a sync id').default(0),
  // The kernel raises what is less for a backup, and lowers what is more than UDP over IPv6 can carry.
  maxLength: whole(1024, 65_487, 'bytes of a packet').optional(),
  group: written('a multicast address, such as 224.0.0.81 or ff02::81', readGroup).prefault('224.0.0.81'),
  port: whole(1, 65535, 'a UDP port').default(8848),
  ttl: whole(1, 255, 'a TTL').default(1),
});

const sysctls = section(Object.fromEntries(Object.entries(ipvsSysctls).map(([name, sysctl]) => [name, writtenValue(sysctl).optional()])));

/** The text that the file below /proc/sys takes. */
function writtenValue({ from, to, isPair }: Sysctl) {
  const number = whole(from, to, 'a value');
  const expected = `two values, each a whole number from ${from} to ${to}, such as [3, 50]`;
  return isPair ? z.tuple([number, number], expected).transform((pair) => pair.join(' ')) : number.transform(String);
}

export const ipvsSchema = section({
  standby: choice(['warm', 'cold']).default('warm'),
  reconcile: time('1s', '1h', '10s').prefault('10s'),
  onDrift: choice(['repair', 'report']).default('repair'),
  connectionSync: connectionSync.optional(),
  timeouts: section({ tcp: timeout('15m'), tcpFin: timeout('2m'), udp: timeout('5m') }).prefault({}),
  sysctls: sysctls.prefault({}),
});
