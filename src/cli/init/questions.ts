// The questions of `vspair init`, in their order: how each is asked, and what this machine suggests as its answer.
import { isInNetworkOf, type PrefixedAddress } from '../../text/address.ts';
import { type Known, type Machine, type OwnAddress, type Questions, taken } from './answers.ts';
import {
  networkText,
  readDevices,
  readForward,
  readName,
  readOwnAddresses,
  readPeer,
  readPeerAddresses,
  readServers,
  readSync,
  readVips,
  readWhole,
} from './readings.ts';

const nothing = () => undefined;

const onlyNat = ({ forward }: Known) => (forward === undefined || forward === 'nat' ? undefined : `has no effect with ${forward}`);

export const questions: Questions = {
  cluster: { flag: 'cluster', asks: 'Name of the cluster', suggested: () => 'lvs', read: readName },
  node: {
    flag: 'node',
    asks: "This director's host name",
    suggested: (_, { hostname }) => hostname,
    read: readName,
  },
  peer: { flag: 'peer', asks: "The other director's host name, as `hostname` says there", suggested: nothing, read: readPeer },
  addresses: {
    flag: 'addresses',
    asks: 'Own addresses, one for each heartbeat link',
    suggested: (_, { addresses }) =>
      linksOf(addresses)
        .map(({ address }) => address.text)
        .join(',') || undefined,
    read: readOwnAddresses,
  },
  peerAddresses: {
    flag: 'peer-addresses',
    asks: "The other director's addresses, in the same order",
    hints: ({ addresses = [] }) => addresses.map((own, link) => `link ${link + 1}: in ${networkText(own)}`),
    suggested: nothing,
    read: readPeerAddresses,
  },
  forward: {
    flag: 'forward',
    asks: 'Forwarding method: dr, nat or tun',
    hints: () => [
      'dr: real servers in the same network, which answer the clients directly',
      'nat: real servers in a network behind the directors, through which the answers go too',
      'tun: real servers anywhere, which answer the clients directly',
    ],
    suggested: nothing,
    read: readForward,
  },
  vip: {
    flag: 'vip',
    asks: 'Virtual IP, to which the clients connect (several with commas)',
    suggested: nothing,
    read: readVips,
  },
  dev: {
    flag: 'dev',
    asks: 'Interface of the virtual IP, here and on the other director',
    suggested: ({ vip = [] }, machine) => devicesHolding(vip, machine),
    read: (text, { vip = [] }, machine) => readDevices(text, vip, machine),
    settled: ({ vip }) => (vip === undefined ? taken([]) : undefined),
  },
  gateway: {
    flag: 'gateway',
    asks: "Virtual IP inside, the real servers' gateway",
    hints: ({ dev = [] }, { addresses }) => addresses.filter((own) => !dev.includes(own.dev)).map((own) => `in ${networkText(own)}`),
    suggested: nothing,
    read: readVips,
    settled: ({ forward }) => (forward === 'nat' ? undefined : taken([])),
    idle: onlyNat,
  },
  gatewayDev: {
    flag: 'gateway-dev',
    asks: 'Interface of the inside virtual IP',
    suggested: ({ gateway = [] }, machine) => devicesHolding(gateway, machine),
    read: (text, { gateway = [] }, machine) => readDevices(text, gateway, machine),
    settled: ({ gateway = [] }) => (gateway.length > 0 ? undefined : taken([])),
    idle: onlyNat,
  },
  vrid: {
    flag: 'vrid',
    asks: 'VRID, of its own among all VRRP and vspair groups of the network',
    suggested: () => '51',
    read: (text) => readWhole(text, 1, 255),
  },
  sync: {
    flag: 'sync',
    asks: 'Interface over which connections are synchronised, so that they outlive a failure; or none',
    suggested: ({ addresses = [] }) => syncDevice(addresses),
    read: readSync,
  },
  servers: {
    flag: 'servers',
    asks: 'Real servers, with commas; nothing: the rules come later',
    suggested: () => '',
    read: readServers,
  },
  port: {
    flag: 'port',
    asks: 'TCP port of the service',
    suggested: () => '80',
    read: (text) => readWhole(text, 1, 65_535),
    settled: ({ servers = [] }) => (servers.length > 0 ? undefined : taken(undefined)),
    idle: ({ servers }) => (servers?.length === 0 ? 'has no effect without --servers' : undefined),
  },
};

/** Of container and virtual machine hosts: networks that end on this machine, with the same addresses on the next one. */
const hostOnly = /^(docker|podman|br-|virbr|veth|cni|flannel|cali|lxc|lxd)/;

/** The first address of each interface, IPv4 before IPv6: one link for each way between the directors. */
function linksOf(addresses: readonly OwnAddress[]): OwnAddress[] {
  const links = Object.groupBy(
    addresses.filter(({ dev }) => !hostOnly.test(dev)),
    ({ dev }) => dev,
  );
  return Object.values(links).flatMap((ofOne = []) =>
    ofOne.toSorted((one, other) => one.address.family - other.address.family).slice(0, 1),
  );
}

function devicesHolding(vips: readonly PrefixedAddress[], { addresses }: Machine): string | undefined {
  const devices = vips.map((vip) => addresses.find(({ address }) => isInNetworkOf(vip, address))?.dev);
  const known = devices.filter((dev) => dev !== undefined);
  if (known.length === 0 || known.length < devices.length) return undefined;
  return new Set(known).size === 1 ? known[0] : known.join(',');
}

/** The last link is the one farthest from the clients. The default multicast group needs an IPv4 address on it. */
function syncDevice(addresses: readonly OwnAddress[]): string {
  const last = addresses.at(-1);
  return last?.address.family === 4 ? last.dev : 'none';
}
