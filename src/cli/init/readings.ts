// Reads answers, each against what is known by then and what this machine shows. Every refusal says what would be taken.
import { nameExpected, namePattern, readHeartbeatAddress, readVip } from '../../config/schema.ts';
import { type Address, isInNetworkOf, type PrefixedAddress, parseAddress } from '../../text/address.ts';
import { oneOf } from '../../text/nearest.ts';
import { type Answers, forwardingMethods, type Known, type Machine, type OwnAddress, type Reading, refused, taken } from './answers.ts';

export const listed = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

export const readName = (text: string): Reading<string> => (namePattern.test(text) ? taken(text) : refused(`expected ${nameExpected}`));

export function readPeer(text: string, { node }: Known): Reading<string> {
  return text === node ? refused(`that is this director; expected the host name of the other one`) : readName(text);
}

/** Each of a list, or the first refusal. */
function each<Item, Value>(items: readonly Item[], read: (item: Item, index: number) => Reading<Value>): Reading<readonly Value[]> {
  const readings = items.map(read);
  const fault = readings.find((reading) => !reading.ok);
  if (fault !== undefined) return fault;
  const values = readings.flatMap((reading) => (reading.ok ? [reading.value] : []));
  return new Set(items).size < items.length ? refused('one of them stands there twice') : taken(values);
}

export function readOwnAddresses(text: string, _: Known, { addresses }: Machine): Reading<readonly OwnAddress[]> {
  const found = listed(text);
  if (found.length === 0) return refused('expected at least one address of this machine, one for each heartbeat link');
  return each(found, (one) => {
    const own = addresses.find(({ address }) => address.text === parseAddress(one)?.text);
    return own === undefined ? refused(`${one} is not on this machine; it has ${addressesText(addresses)}`) : taken(own);
  });
}

const addressesText = (addresses: readonly OwnAddress[]): string =>
  addresses.length === 0 ? 'none but those of lo' : oneOf(addresses.map(({ dev, address }) => `${address.text} (${dev})`));

export function readPeerAddresses(text: string, { addresses }: Known, _: Machine): Reading<readonly Address[]> {
  const found = listed(text);
  if (found.length === 0) return refused('expected the addresses of the other director, one for each heartbeat link');
  if (addresses !== undefined && found.length !== addresses.length)
    return refused(`expected ${addresses.length}, one for each of ${addresses.map(({ address }) => address.text).join(', ')}`);
  return each(found, (one, link) => peerAddress(one, addresses ?? [], link));
}

function peerAddress(text: string, own: readonly OwnAddress[], link: number): Reading<Address> {
  const address = readHeartbeatAddress(text);
  if (address === undefined) return refused(`${text} is no unicast address without prefix or zone, such as 10.0.0.3`);
  if (own.some((one) => one.address.text === address.text)) return refused(`${address.text} is this director's own`);
  const mine = own[link];
  if (mine === undefined || isAlone(mine.address) || isInNetworkOf(address, mine.address)) return taken(address);
  return refused(`${address.text} is not in ${networkText(mine)}, the network of link ${link + 1}; give them in the same order`);
}

/** Its netmask says nothing of its neighbours. */
const isAlone = ({ prefix, bytes }: PrefixedAddress): boolean => prefix === bytes.length * 8;

export const networkText = ({ address, dev }: OwnAddress): string => `the network of ${address.text}/${address.prefix} on ${dev}`;

export function readForward(text: string): Reading<Answers['forward']> {
  const method = forwardingMethods.find((one) => one === text);
  return method === undefined ? refused(`expected ${oneOf(forwardingMethods)}`) : taken(method);
}

/** Without its prefix length a virtual IP gets that of the network of this machine that it is in. */
export function readVips(text: string, known: Known, machine: Machine): Reading<readonly PrefixedAddress[]> {
  const found = listed(text);
  return found.length === 0 ? refused('expected an address such as 10.0.0.1') : each(found, (one) => vipOf(one, known, machine));
}

function vipOf(text: string, known: Known, machine: Machine): Reading<PrefixedAddress> {
  const bare = parseAddress(text);
  const network = bare === undefined ? undefined : machine.addresses.find(({ address }) => isInNetworkOf(bare, address));
  if (bare !== undefined && network === undefined)
    return refused(`${text} is in no network of this machine; give its prefix length too, such as ${text}/${bare.family === 4 ? 24 : 64}`);
  const vip = readVip(network === undefined ? text : `${text}/${network.address.prefix}`);
  if (vip === undefined) return refused(`${text} is no address that a host can have, such as 10.0.0.1 or 10.0.0.1/24`);
  const owner = ownerOf(vip.text, known, machine);
  return owner === undefined ? taken(vip) : refused(`${vip.text} is ${owner}; a virtual IP is an address that no machine has as its own`);
}

function ownerOf(address: string, { peerAddresses = [], vip = [] }: Known, { addresses }: Machine): string | undefined {
  if (addresses.some((own) => own.address.text === address)) return "this director's own";
  if (peerAddresses.some(({ text }) => text === address)) return "the other director's own";
  return vip.some(({ text }) => text === address) ? 'a virtual IP already' : undefined;
}

/** One for each address, or one for all. */
export function readDevices(text: string, vips: readonly PrefixedAddress[], { devices }: Machine): Reading<readonly string[]> {
  const found = listed(text);
  const unknown = found.find((dev) => dev === 'lo' || !devices.includes(dev));
  if (unknown !== undefined || found.length === 0)
    return refused(`${unknown === undefined ? '' : `${unknown}: `}expected ${oneOf(devices.filter((dev) => dev !== 'lo'))}`);
  const [only = ''] = found;
  if (found.length === 1) return taken(vips.map(() => only));
  return found.length === vips.length ? taken(found) : refused(`expected one interface, or ${vips.length}, one for each address`);
}

export function readWhole(text: string, least: number, most: number): Reading<number> {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return value === undefined || value < least || value > most ? refused(`expected a whole number from ${least} to ${most}`) : taken(value);
}

export function readSync(text: string, _: Known, { devices }: Machine): Reading<string | undefined> {
  if (text === 'none') return taken(undefined);
  const usable = devices.filter((dev) => dev !== 'lo');
  return usable.includes(text) ? taken(text) : refused(`expected ${oneOf([...usable, 'none'])}`);
}

/** None is an answer: the rules can come later. */
export function readServers(text: string, known: Known, machine: Machine): Reading<readonly Address[]> {
  return each(listed(text), (one) => serverOf(one, known, machine));
}

function serverOf(text: string, known: Known, machine: Machine): Reading<Address> {
  const address = readHeartbeatAddress(text);
  if (address === undefined) return refused(`${text} is no address such as 10.0.0.11, without a port`);
  const owner = ownerOf(address.text, known, machine);
  if (owner !== undefined) return refused(`${address.text} is ${owner}`);
  const { forward, vip, gateway = [] } = known;
  if (vip !== undefined && !vip.some(({ family }) => family === address.family))
    return refused(`${address.text} is IPv${address.family}, and no virtual IP is`);
  if (forward === 'dr' && !machine.addresses.some((own) => isInNetworkOf(address, own.address)))
    return refused(
      `${address.text} is in no network of this machine, and dr reaches servers by their MAC only; tun needs no common network`,
    );
  if (forward === 'nat' && gateway.length > 0 && !gateway.some((one) => isInNetworkOf(address, one)))
    return refused(
      `${address.text} is not in the network of ${oneOf(gateway.map(({ text: inside }) => inside))}, which must be its gateway`,
    );
  return taken(address);
}
