// The shape of the section `ipvs` of the configuration.
import * as z from 'zod';
import { addressForm, isMulticast, parseAddress } from '../text/address.ts';
import { durationForm, parseWholeSeconds } from '../text/duration.ts';
import { choice, section, whole, written } from '../text/shape.ts';
import { ipvsSysctls, type Sysctl } from './ipvsSysctls.ts';
import { device, time } from './values.ts';

/** ipvsadm's bound for `--set`. */
const longestTimeout = 31 * 24 * 3600;

const timeout = (example: string) => {
  const expected = `a time in whole seconds up to 744h, such as ${example}`;
  return written(expected, (text) => parseWholeSeconds(text, longestTimeout), durationForm).optional();
};

function readGroup(text: string): string | undefined {
  const address = parseAddress(text);
  return address !== undefined && isMulticast(address) ? address.text : undefined;
}

/** What the kernel itself would choose, so that a daemon with other settings is known as such. */
const connectionSync = section({
  dev: device.describe('The interface over which the directors tell each other of their connections; best one of the heartbeat links.'),
  syncId: whole(0, 255, 'a sync id').default(0).describe('Tells pairs on one network apart. The same on both directors.'),
  // The kernel raises what is less for a backup, and lowers what is more than UDP over IPv6 can carry.
  maxLength: whole(1024, 65_487, 'bytes of a packet')
    .optional()
    .describe("The largest packet, in bytes; without it as much as the interface's MTU takes."),
  group: written('a multicast address, such as 224.0.0.81 or ff02::81', readGroup, addressForm)
    .prefault('224.0.0.81')
    .describe('The multicast group of the messages.'),
  port: whole(1, 65535, 'a UDP port').default(8848).describe('Their UDP port.'),
  ttl: whole(1, 255, 'a TTL').default(1).describe('How many routers they may pass.'),
});

const sysctls = section(
  Object.fromEntries(Object.entries(ipvsSysctls).map(([name, sysctl]) => [name, writtenValue(sysctl).optional().describe(sysctl.purpose)])),
);

/** The text that the file below /proc/sys takes. */
function writtenValue({ from, to, isPair }: Sysctl) {
  const number = whole(from, to, 'a value');
  const expected = `two values, each a whole number from ${from} to ${to}, such as [3, 50]`;
  return isPair ? z.tuple([number, number], expected).transform((pair) => pair.join(' ')) : number.transform(String);
}

export const ipvsSchema = section({
  standby: choice(['warm', 'cold'])
    .default('warm')
    .describe(
      'warm keeps the IPVS table of a backup equal to the rules, so that a takeover has nothing left to load; cold loads it at takeover, for directors that are real servers too.',
    ),
  reconcile: time('1s', '1h', '10s').prefault('10s').describe("How often the kernel's IPVS table is compared with the rules."),
  onDrift: choice(['repair', 'report'])
    .default('repair')
    .describe(
      'What happens when somebody else, with ipvsadm say, changed services of the rules: they are put right and it is told, or it is only told.',
    ),
  connectionSync: connectionSync
    .optional()
    .describe(
      "The kernel's connection synchronisation: with it connections outlive an unplanned takeover. Excludes servers of another family than their service's.",
    ),
  timeouts: section({
    tcp: timeout('15m').describe('Of idle TCP connections.'),
    tcpFin: timeout('2m').describe('Of TCP connections after the first FIN.'),
    udp: timeout('5m').describe('Of UDP, after the last packet.'),
  })
    .prefault({})
    .describe("The kernel's timeouts of connections. What is not named is left alone; what is named is put back when somebody changes it."),
  sysctls: sysctls
    .prefault({})
    .describe(
      'Settings below net.ipv4.vs, and the two of forwarding. What is not named is left alone; what is named is set at the start and put back when somebody changes it.',
    ),
});
