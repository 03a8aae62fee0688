// Does this director route, when the rules forward by nat?
import { type Check, note, ok, problem, type Verdict } from '../check.ts';
import { serversOf } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';
import { sysctlFix } from '../sysctlFix.ts';

const paths = { 4: 'net/ipv4/ip_forward', 6: 'net/ipv6/conf/all/forwarding' } as const;

export const ipForward: Check<Pick<DirectorSeen, 'rules' | 'kernel' | 'site' | 'daemon'>> = {
  id: 'ip-forward',
  group: 'kernel',
  what: 'net.ipv4.ip_forward and net.ipv6.conf.all.forwarding, when the rules forward by nat',
  why: 'answers of nat servers stop at a director that does not route, and every connection hangs',
  fix: 'sysctl -w net.ipv4.ip_forward=1, or ipvs.sysctls.ip_forward: 1 in the configuration',
  judge(seen) {
    const families = new Set(
      serversOf(seen)
        .filter(({ forward }) => forward === 'nat')
        .map(({ address }): 4 | 6 => (address.includes(':') ? 6 : 4)),
    );
    if (families.size === 0) return [ok('no service forwards by nat, so nothing has to be routed')];
    return [...families].map((family) => verdictOn(paths[family], seen));
  },
};

function verdictOn(path: string, { kernel, site, daemon }: Pick<DirectorSeen, 'kernel' | 'site' | 'daemon'>): Verdict {
  const value = kernel.sysctl(path);
  if (value === '1' || (value === '2' && path === paths[6])) return ok(`${path.replaceAll('/', '.')} is ${value}, as nat needs it`);
  const found = `${path.replaceAll('/', '.')} is ${value ?? 'not there'}, and services forward by nat`;
  const wished = site.config.ipvs.sysctls.some((wish) => wish.path === path && wish.value !== '0');
  return wished && daemon.state !== 'running'
    ? note(`${found}; the daemon sets it at its start`)
    : problem(found, { fix: sysctlFix(path, '1') });
}
