// A change of the kernel's table in words: as something to be done, and as something that somebody did.
import { type IpvsDestination, type IpvsService, SERVICE_HASHED, SERVICE_ONE_PACKET, SERVICE_PERSISTENT } from '../wire/ipvs.ts';
import { serviceKey } from './kernelServices.ts';
import type { IpvsChange, ServerChange } from './plan.ts';
import { serverOf } from './planServers.ts';

/** `edit server 10.0.0.11:80 of tcp 10.0.0.1:80: weight 1 -> 0`, `add service tcp 10.0.0.1:80: scheduler rr` */
export function changeText(change: IpvsChange): string {
  if (change.type === 'seatServer') return `move ${serverText(change)}: behind the others, as in the rules`;
  const { verb, object, was, wanted } = aspectsOf(change);
  const fields = differing(was, wanted).map(({ name, is, shouldBe }) =>
    [name, ...(is === undefined ? [] : [is, '->']), shouldBe].join(' '),
  );
  return `${verb} ${object}${listed(verb === 'remove' ? [] : fields)}`;
}

/** `server 10.0.0.11:80 of tcp 10.0.0.1:80: weight is 0, should be 1`, `service tcp 10.0.0.1:80: is missing` */
export function driftText(change: IpvsChange): string {
  const { verb, object, was, wanted } = aspectsOf(change);
  if (verb === 'add') return `${object}: is missing`;
  if (verb === 'remove' || verb === 'drain') return `${object}: is not in the rules`;
  return `${object}${listed(differing(was, wanted).map(({ name, is, shouldBe }) => `${name} is ${is ?? 'unknown'}, should be ${shouldBe}`))}`;
}

interface Aspects {
  readonly verb: 'add' | 'edit' | 'drain' | 'remove';
  readonly object: string;
  readonly was: Fields;
  readonly wanted: Fields;
}

type Fields = Readonly<Record<string, string>>;

function aspectsOf(change: IpvsChange): Aspects {
  switch (change.type) {
    case 'addService':
      return { verb: 'add', object: serviceText(change.service), was: {}, wanted: serviceFields(change.service) };
    case 'editService':
      return { verb: 'edit', object: serviceText(change.service), was: serviceFields(change.was), wanted: serviceFields(change.service) };
    case 'removeService':
      return { verb: 'remove', object: serviceText(change.service), was: {}, wanted: {} };
    case 'addServer':
    case 'seatServer':
      return { verb: 'add', object: serverText(change), was: {}, wanted: serverFields(change.server) };
    case 'editServer':
      return { verb: 'edit', object: serverText(change), was: serverFields(change.was), wanted: serverFields(change.server) };
    case 'drainServer':
      return { verb: 'drain', object: serverText(change), was: serverFields(change.was), wanted: serverFields(change.server) };
    case 'removeServer':
    case 'unseatServer':
      return { verb: 'remove', object: serverText(change), was: {}, wanted: {} };
  }
}

const serviceText = ({ id }: IpvsService): string => `service ${serviceKey(id)}`;
const serverText = ({ of, server }: ServerChange): string => `server ${serverOf(of, server)}`;

function serviceFields({ scheduler, flags, timeout, netmask, engine }: IpvsService): Fields {
  const persistent = (flags & SERVICE_PERSISTENT) !== 0;
  return {
    scheduler,
    persistence: persistent ? `${timeout} s` : 'off',
    netmask,
    'persistence engine': engine === '' ? 'none' : engine,
    'one-packet': (flags & SERVICE_ONE_PACKET) === 0 ? 'off' : 'on',
    'scheduler flags': `0x${(flags & ~(SERVICE_HASHED | SERVICE_PERSISTENT | SERVICE_ONE_PACKET)).toString(16)}`,
  };
}

function serverFields({ forward, weight, upperThreshold, lowerThreshold, tunnel }: IpvsDestination): Fields {
  return {
    weight: String(weight),
    forward,
    'upper threshold': String(upperThreshold),
    'lower threshold': String(lowerThreshold),
    tunnel: forward === 'tun' ? [tunnel.type, `port ${tunnel.port}`, `checksum 0x${tunnel.flags.toString(16)}`].join(' ') : 'none',
  };
}

/** Without `was`: what says more than the default. */
function differing(was: Fields, wanted: Fields): { readonly name: string; readonly is: string | undefined; readonly shouldBe: string }[] {
  return Object.entries(wanted).flatMap(([name, shouldBe]) => {
    const is = was[name];
    const plain = is === undefined && defaults[name]?.includes(shouldBe) === true;
    return is === shouldBe || plain ? [] : [{ name, is, shouldBe }];
  });
}

/** Not worth a word in what is added. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  persistence: ['off'],
  netmask: ['255.255.255.255', '128'],
  'persistence engine': ['none'],
  'one-packet': ['off'],
  'scheduler flags': ['0x0'],
  'upper threshold': ['0'],
  'lower threshold': ['0'],
  tunnel: ['none', 'ipip port 0 checksum 0x0'],
};

const listed = (parts: readonly string[]): string => (parts.length === 0 ? '' : `: ${parts.join(', ')}`);
