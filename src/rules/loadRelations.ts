// What the values of a rules file demand of each other: the kernel's conditions (ip_vs_ctl.c, ip_vs_core.c), told before
// the kernel refuses or, worse, silently does something else.
import type { Problem } from '../errors/place.ts';
import { oneOf } from '../text/nearest.ts';
import { repeated } from '../text/repeated.ts';
import { pathText } from '../text/shape.ts';
import type { PlaceOf } from '../text/yaml.ts';
import { idleKey } from './idleKey.ts';
import { type DraftService, draftsOf } from './loadDraft.ts';
import { serverContradictions } from './loadServerRelations.ts';
import { type Claim, overlaps } from './overlaps.ts';
import { portCount, portsEndpointText } from './ports.ts';

/** Every contradiction, in no particular order. */
export function contradictions(root: unknown, placeOf: PlaceOf): Problem[] {
  const services = draftsOf(root);
  return [
    ...overlaps(services.flatMap(serviceClaims), 'each service once', placeOf),
    ...repeated(services.flatMap(marks), 'each service once', placeOf),
    ...tooManyPorts(services, placeOf),
    ...services.flatMap((service) => [...contradictionsIn(service, placeOf), ...serverContradictions(service, placeOf)]),
  ];
}

const contradictionsIn = (service: DraftService, placeOf: PlaceOf): Problem[] =>
  [
    matchesOneWay,
    idleBesideMatch,
    portlessWithoutPersistence,
    idleWithoutPersistence,
    maskOfOtherFamily,
    onlyForUdp,
    flagsOfOtherScheduler,
    idleTunnel,
  ].flatMap((rule) => rule(service, placeOf));

function serviceClaims({ at, endpoint, protocol }: DraftService): Claim[] {
  if (endpoint === undefined || protocol === undefined) return [];
  const { address, ports } = endpoint;
  const owner = `${protocol} ${address.text}`;
  return [{ at: [...at, 'address'], owner, ports, text: `${protocol} ${portsEndpointText(address.text, ports)}` }];
}

const marks = ({ at, mark, family }: DraftService) =>
  mark === undefined || family === undefined ? [] : [{ at: [...at, 'fwmark'], value: `${mark} for IPv${family}` }];

const mostKernelServices = 20_000;

/** To the kernel each port of a range is a service. */
function tooManyPorts(services: readonly DraftService[], placeOf: PlaceOf): Problem[] {
  const count = services.reduce((sum, { endpoint }) => sum + (endpoint === undefined ? 1 : portCount(endpoint.ports)), 0);
  if (count <= mostKernelServices) return [];
  return [
    {
      place: placeOf(['services']),
      what: `the services have ${count} ports, each a service of the kernel`,
      expected: `at most ${mostKernelServices}: port 0 with persistence or a fwmark takes many ports in one service`,
    },
  ];
}

function matchesOneWay({ at, keys }: DraftService, placeOf: PlaceOf): Problem[] {
  if (keys.has('address') !== keys.has('fwmark')) return [];
  const [path, found] = keys.has('address') ? [[...at, 'fwmark'], 'both address and fwmark'] : [at, 'neither address nor fwmark'];
  return [{ place: placeOf(path), what: `${pathText(at)} has ${found}`, expected: 'one of the two' }];
}

/** A mark is of one family and of any protocol; an address shows its family. */
function idleBesideMatch(service: DraftService, placeOf: PlaceOf): Problem[] {
  const byMark = service.keys.has('fwmark');
  if (byMark === service.keys.has('address')) return [];
  const idle = byMark
    ? { key: 'protocol', where: 'beside fwmark', expected: 'fwmark alone: the packet filter says which packets it marks' }
    : { key: 'family', where: 'beside address', expected: 'fwmark, or address alone: it shows its family' };
  return idleKey(service, idle, placeOf);
}

function portlessWithoutPersistence({ at, endpoint, keys }: DraftService, placeOf: PlaceOf): Problem[] {
  if (endpoint?.ports.port !== 0 || keys.has('persistence')) return [];
  const path = [...at, 'address'];
  const what = `${pathText(path)} has port 0, all ports, without persistence`;
  return [{ place: placeOf(path), what, expected: 'a port, or persistence beside it' }];
}

function idleWithoutPersistence(service: DraftService, placeOf: PlaceOf): Problem[] {
  if (service.keys.has('persistence')) return [];
  const idle = { where: 'without persistence', expected: 'persistence beside it' };
  return ['persistenceNetmask', 'persistenceEngine'].flatMap((key) => idleKey(service, { key, ...idle }, placeOf));
}

function maskOfOtherFamily({ at, family, netmask }: DraftService, placeOf: PlaceOf): Problem[] {
  if (family === undefined || netmask === undefined || netmask.includes('.') === (family === 4)) return [];
  const path = [...at, 'persistenceNetmask'];
  const expected = family === 4 ? 'a mask such as "255.255.255.0"' : 'a prefix length such as "64"';
  return [{ place: placeOf(path), what: `${pathText(path)} is ${netmask} for an IPv${family} service`, expected }];
}

/** The kernel drops what the sip engine cannot read, and takes one-packet for nothing but UDP. */
function onlyForUdp({ at, protocol, keys, onePacket }: DraftService, placeOf: PlaceOf): Problem[] {
  if (protocol === undefined || protocol === 'udp') return [];
  const wrong = [
    { key: 'onePacket', is: onePacket, found: 'true', why: 'the only one that IPVS schedules packet by packet' },
    { key: 'persistenceEngine', is: keys.has('persistenceEngine'), found: 'sip', why: 'the only one whose SIP messages IPVS reads' },
  ].filter(({ is }) => is);
  return wrong.map(({ key, found, why }) => {
    const path = [...at, key];
    return { place: placeOf(path), what: `${pathText(path)} is ${found} for ${protocol}`, expected: `protocol: udp, ${why}` };
  });
}

/** The kernel keeps any flag for any scheduler, and only sh and mh look at theirs. */
function flagsOfOtherScheduler({ at, scheduler, schedulerFlags }: DraftService, placeOf: PlaceOf): Problem[] {
  const own = scheduler === 'sh' || scheduler === 'mh' ? [`${scheduler}-fallback`, `${scheduler}-port`] : [];
  const written = schedulerFlags.flatMap((value, index) => (value === undefined ? [] : [{ at: [...at, 'schedulerFlags', index], value }]));
  const foreign = scheduler === undefined ? [] : written.filter(({ value }) => /^[sm]h-/.test(value) && !own.includes(value));
  return [
    ...repeated(written, 'each flag once', placeOf),
    ...foreign.map(({ at: path, value }) => ({
      place: placeOf(path),
      what: `${pathText(path)} is ${value} for scheduler ${scheduler ?? ''}`,
      expected: own.length === 0 ? `no flags (only sh and mh have any)` : oneOf(own),
    })),
  ];
}

function idleTunnel(service: DraftService, placeOf: PlaceOf): Problem[] {
  if (service.servers.some(({ forward, keys }) => forward === undefined || (forward === 'tun' && !keys.has('tunnel')))) return [];
  const expected = 'forward: tun, or a server with it and without a tunnel of its own';
  return idleKey(service, { key: 'tunnel', where: 'on any server', expected }, placeOf);
}
