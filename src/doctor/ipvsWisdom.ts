// Which sysctls of IPVS some rules call for, and why: what experience with failovers says about the kernel's defaults.
import { note, type Verdict, warning } from './check.ts';
import { forwardsBy, servicesOf } from './rulesAspects.ts';
import type { DirectorSeen } from './seen.ts';

export type Needs = Pick<DirectorSeen, 'rules' | 'kernel' | 'site' | 'daemon'>;

interface Advice {
  /** Below net/ipv4/vs. */
  readonly name: string;
  readonly wise: string;
  readonly level: 'note' | 'warning';
  readonly when: (seen: Needs) => boolean;
  readonly text: string;
  readonly why: string;
}

const advices: readonly Advice[] = [
  {
    name: 'sloppy_tcp',
    wise: '1',
    level: 'warning',
    when: (seen) => hashes(seen) && seen.site.config.ipvs.connectionSync === undefined,
    text: 'services use mh or sh, and nothing synchronises connections',
    why: 'with it the other director goes on with open connections, since both choose the same server; without it all are reset',
  },
  {
    name: 'expire_nodest_conn',
    wise: '1',
    level: 'note',
    when: (seen) => servicesOf(seen).length > 0,
    text: 'connections to a removed server are kept',
    why: 'clients of a server that the rules have lost hang until their own timeout instead of connecting again',
  },
  {
    name: 'expire_quiescent_template',
    wise: '1',
    level: 'note',
    when: (seen) => servicesOf(seen).some(({ persistence }) => persistence !== undefined),
    text: 'services are persistent',
    why: 'clients keep coming to a server that was drained, for as long as they persist',
  },
  {
    name: 'backup_only',
    wise: '1',
    level: 'note',
    when: (seen) => seen.site.config.ipvs.connectionSync !== undefined && forwardsBy(seen, 'dr'),
    text: 'connections are synchronised, and services forward by dr',
    why: 'a backup that is a real server too could send packets back and forth with the active director',
  },
  {
    name: 'conntrack',
    wise: '0',
    level: 'note',
    when: (seen) => servicesOf(seen).length > 0 && !forwardsBy(seen, 'nat'),
    text: 'netfilter tracks the connections of IPVS, and no service forwards by nat',
    why: 'each packet costs more, and the table of netfilter can overflow; only firewall or NAT rules on these connections need it',
  },
  {
    name: 'pmtu_disc',
    wise: '1',
    level: 'warning',
    when: (seen) => forwardsBy(seen, 'tun'),
    text: 'services forward by tun',
    why: 'clients do not learn that the tunnel takes smaller packets',
  },
  {
    name: 'run_estimation',
    wise: '1',
    level: 'note',
    when: () => true,
    text: 'the kernel computes no rates',
    why: 'the rates of connections and packets are missing from every display',
  },
];

/** What could be wiser than what the kernel has. What the configuration sets is the operator's own choice. */
export function unwise(seen: Needs): Verdict[] {
  const chosen = new Set(seen.site.config.ipvs.sysctls.map(({ path }) => path));
  return advices.flatMap(({ name, wise, level, when, text, why }) => {
    const path = `net/ipv4/vs/${name}`;
    const value = seen.kernel.sysctl(path);
    if (value === undefined || value === wise || chosen.has(path) || !when(seen)) return [];
    const judged = level === 'warning' ? warning : note;
    return [judged(`${name} is ${value}: ${text}`, { why, fix: `ipvs.sysctls.${name}: ${wise} in the configuration of both directors` })];
  });
}

const hashes = (seen: Needs): boolean => servicesOf(seen).some(({ scheduler }) => scheduler === 'mh' || scheduler === 'sh');
