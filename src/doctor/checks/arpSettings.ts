// Do the machines that share the virtual IP keep quiet about it, and does this director answer for it?
import { type Check, note, ok, problem, type Verdict } from '../check.ts';
import { ownServers, sharingServers, vipDevices } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';
import { sysctlFix } from '../sysctlFix.ts';

type Needs = Pick<DirectorSeen, 'rules' | 'kernel' | 'site' | 'addresses'>;

const onServers = 'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2, then the virtual IP as /32 on lo';
const listedAtMost = 5;

export const arpSettings: Check<Needs> = {
  id: 'arp-settings',
  group: 'kernel',
  what: 'arp_ignore and arp_announce: of this director, which answers for the virtual IPs, and of dr and tun servers, which must not',
  why: 'a real server that answers ARP for the virtual IP gets all clients, past the director',
  fix: `on each real server: ${onServers}`,
  judge: (seen) => [...ofDirector(seen), ...ofOwnServer(seen), ...ofServers(seen)],
};

/** 8 answers for no local address at all. */
function ofDirector(seen: Needs): Verdict[] {
  const mute = vipDevices(seen).filter((dev) => effective(seen, dev, 'arp_ignore') === 8);
  if (mute.length === 0) return [ok('this director answers ARP for the virtual IPs that it holds')];
  return mute.map((dev) =>
    problem(`arp_ignore of ${dev} is 8: this director answers ARP for none of its addresses`, {
      why: 'clients do not find a virtual IP that it holds',
      fix: sysctlFix(`net/ipv4/conf/${dev}/arp_ignore`, '0'),
    }),
  );
}

function ofOwnServer(seen: Needs): Verdict[] {
  const shares = ownServers(seen).some(({ forward }) => forward !== 'nat');
  const holdsOnLoopback = seen.addresses.some(({ dev, address }) => dev === 'lo' && vipsOf(seen).has(address));
  if (!shares && !holdsOnLoopback) return [];
  const quiet = vipDevices(seen).every((dev) => effective(seen, dev, 'arp_ignore') >= 1 && effective(seen, dev, 'arp_announce') === 2);
  if (quiet) return [ok('this director is a real server too, and keeps quiet about virtual IPs that it does not hold')];
  return [
    problem('this director is a real server too (the rules name its address, or a virtual IP is on lo), and answers ARP for it', {
      why: 'as backup it takes clients away from the active director',
      fix: `${onServers}; to keep it, both in /etc/sysctl.d/90-vspair.conf`,
    }),
  ];
}

function ofServers(seen: Needs): Verdict[] {
  const own = new Set(ownServers(seen).map(({ address }) => address));
  const others = sharingServers(seen).filter((address) => !own.has(address));
  if (others.length === 0) return [];
  const named =
    others.length > listedAtMost
      ? `${others.slice(0, listedAtMost).join(', ')} and ${others.length - listedAtMost} more`
      : others.join(', ');
  return [note(`${named} get packets by dr or tun: they need arp_ignore=1 and arp_announce=2`)];
}

const vipsOf = ({ site }: Needs): ReadonlySet<string> =>
  new Set(site.config.groups.flatMap(({ vips }) => vips.map(({ address }) => address)));

/** The larger of "all" and the interface's own. */
function effective({ kernel }: Needs, dev: string, name: 'arp_ignore' | 'arp_announce'): number {
  return Math.max(...['all', dev].map((which) => Number(kernel.sysctl(`net/ipv4/conf/${which}/${name}`) ?? 0)));
}
