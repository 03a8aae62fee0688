// What a forwarding method needs of the real servers, as commands to give there. The kernel's side of it: with dr and tun a
// server has the virtual IP itself and must not answer for it on the network (arp_ignore and arp_announce of
// Documentation/networking/ip-sysctl.rst; neighbour discovery answers for addresses of its own interface only); with tun the
// decapsulated packets come from clients that are not behind the tunnel, which rp_filter 1 drops; with nat answers must pass the
// director again.
import type { Address } from '../../text/address.ts';
import type { Answers } from './answers.ts';

export interface ServerSteps {
  /** Commands for a root shell; they last until the next boot. */
  readonly commands: readonly string[];
  /** What no command can do. */
  readonly beside: string;
}

export function realServerSteps({ forward, vip, gateway }: Pick<Answers, 'forward' | 'vip' | 'gateway'>): ServerSteps {
  switch (forward) {
    case 'dr':
      return { commands: [...silence(vip), ...vip.map((address) => owned(address, 'lo'))], beside: '' };
    case 'tun':
      return { commands: [...silence(vip), ...tunnels(vip)], beside: '' };
    case 'nat':
      return {
        commands: gateway.map(({ family, text }) => `ip -${family} route replace default via ${text}`),
        beside: "they must have no address in the clients' network, or they answer past the director",
      };
  }
}

const owned = ({ text, bytes }: Address, dev: string): string => `ip address add ${text}/${bytes.length * 8} dev ${dev}`;

/** Before the address: between the two commands the server would answer for a virtual IP that clients use. */
const silence = (vips: readonly Address[]): string[] =>
  vips.some(({ family }) => family === 4) ? ['sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2'] : [];

function tunnels(vips: readonly Address[]): string[] {
  const of = (family: 4 | 6, module: string, dev: string): string[] => {
    const own = vips.filter((vip) => vip.family === family);
    return own.length === 0 ? [] : [`modprobe ${module}`, `ip link set ${dev} up`, ...own.map((vip) => owned(vip, dev))];
  };
  const loose = vips.some(({ family }) => family === 4) ? ['sysctl -w net.ipv4.conf.tunl0.rp_filter=2'] : [];
  return [...of(4, 'ipip', 'tunl0'), ...loose, ...of(6, 'ip6_tunnel', 'ip6tnl0')];
}
