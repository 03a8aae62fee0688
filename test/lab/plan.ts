// The lab's picture as data: which hosts there are, on which networks, and what each forwarding method asks of them.
//
//   outside 10.0.0.0/24     vs1 .2   vsbak .3   store .9   real1 .11   real2 .12   client .100   (virtual IP .1)
//   inside  192.168.1.0/24  vs1 .2   vsbak .3              real1 .11   real2 .12   for nat        (virtual IP .254)
//
// On each network the IPv6 addresses are 2001:db8:10::N or 2001:db8:192::N with the same N.

export type ForwardingMethod = 'dr' | 'nat' | 'tun';
export type Network = 'outside' | 'inside';

export const networks: readonly Network[] = ['outside', 'inside'];

export const virtualAddresses = {
  outside: '10.0.0.1',
  outside6: '2001:db8:10::1',
  inside: '192.168.1.254',
} as const;

export interface Leg {
  readonly dev: 'eth0' | 'eth1';
  readonly network: Network;
  readonly address: string;
  readonly address6: string;
  readonly mac: string;
}

export interface HostPlan {
  readonly name: string;
  readonly legs: readonly Leg[];
  /** Lines for `ip -batch` that give the host its addresses and routes. */
  readonly commands: readonly string[];
  /** Paths under /proc/sys/net, to be written before the host gets its devices. */
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface ClusterShape {
  readonly method: ForwardingMethod;
  /** How many networks the directors share: with 1 there is no inside. */
  readonly links: 1 | 2;
  readonly directors: number;
}

export function planOf(shape: ClusterShape): readonly HostPlan[] {
  if (shape.method === 'nat' && shape.links === 1) throw new Error('nat needs the inside network: links 2');
  const directors = Array.from({ length: shape.directors }, (_, index) => director(index, shape));
  const servers = [realServer('real1', 11, shape.method), realServer('real2', 12, shape.method)];
  return [...directors, ...servers, host('store', [leg('outside', 9)]), host('client', [leg('outside', 100)])];
}

function director(index: number, { method, links }: ClusterShape): HostPlan {
  const name = index === 0 ? 'vs1' : index === 1 ? 'vsbak' : `vs${index + 1}`;
  const number = index + 2;
  const legs = networks.slice(0, links).map((network) => leg(network, number));
  return host(name, legs, [], { 'ipv4/ip_forward': method === 'nat' ? '1' : '0' });
}

function realServer(name: string, number: number, method: ForwardingMethod): HostPlan {
  switch (method) {
    case 'nat':
      return host(name, [leg('inside', number)], [`route add default via ${virtualAddresses.inside}`]);
    case 'dr':
      return host(name, [leg('outside', number)], holding('lo'), silentAboutItsVirtualAddress);
    case 'tun':
      return host(name, [leg('outside', number)], ['link set tunl0 up', `addr add ${virtualAddresses.outside}/32 dev tunl0`], {
        ...silentAboutItsVirtualAddress,
        // What comes out of the tunnel has a client's source address, to which another device leads.
        'ipv4/conf/all/rp_filter': '0',
        'ipv4/conf/default/rp_filter': '0',
        'ipv4/conf/tunl0/rp_filter': '0',
      });
  }
}

const holding = (dev: string): readonly string[] => [
  `addr add ${virtualAddresses.outside}/32 dev ${dev}`,
  `addr add ${virtualAddresses.outside6}/128 dev ${dev} nodad`,
];

// On `all`: set on `lo` alone it has no effect, and one real server answers the ARP requests meant for the director.
const silentAboutItsVirtualAddress = { 'ipv4/conf/all/arp_ignore': '1', 'ipv4/conf/all/arp_announce': '2' };

function host(
  name: string,
  legs: readonly Leg[],
  commands: readonly string[] = [],
  sysctls: Readonly<Record<string, string>> = {},
): HostPlan {
  const addresses = legs.flatMap(({ dev, address, address6 }) => [
    `addr add ${address}/24 dev ${dev}`,
    `addr add ${address6}/64 dev ${dev} nodad`,
    `link set ${dev} up`,
  ]);
  // A link-local address under duplicate address detection cannot be used for a second.
  const noDetection = { 'ipv6/conf/default/accept_dad': '0' };
  return { name, legs, commands: ['link set lo up', ...addresses, ...commands], sysctls: { ...noDetection, ...sysctls } };
}

function leg(network: Network, number: number): Leg {
  const address = `${network === 'outside' ? '10.0.0' : '192.168.1'}.${number}`;
  const address6 = `2001:db8:${network === 'outside' ? 10 : 192}::${number}`;
  // A leg has the same device name on every host; only a director has both.
  return { dev: network === 'outside' ? 'eth0' : 'eth1', network, address, address6, mac: macOf(address) };
}

/** 10.0.0.2 has 02:00:0a:00:00:02: a capture can be read without a table. */
function macOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', '00', ...bytes].join(':');
}
