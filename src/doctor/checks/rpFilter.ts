// Does the reverse path filter drop what tun servers must take, or what comes in from routers on their way?
import { type Check, faultsOr, note, problem, type Verdict, warning } from '../check.ts';
import { forwardsBy, ownServers, vipDevices } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';
import { sysctlFix } from '../sysctlFix.ts';

type Needs = Pick<DirectorSeen, 'rules' | 'kernel' | 'site' | 'addresses' | 'devices'>;

const tunnel = 'tunl0';

export const rpFilter: Check<Needs> = {
  id: 'rp-filter',
  group: 'kernel',
  what: 'net.ipv4.conf.*.rp_filter (the larger of "all" and the interface counts), when it is 1, strict',
  why: 'strict drops what comes in on an interface through which the answer would not go out',
  fix: 'sysctl -w net.ipv4.conf.DEV.rp_filter=2',
  judge(seen) {
    const faults = [...onTunnel(seen), ...onVipDevices(seen)];
    return faultsOr(faults, 'no reverse path filter in the way');
  },
};

/** What comes out of a tunnel has a client's address, to which another interface leads. */
function onTunnel(seen: Needs): Verdict[] {
  if (!ownServers(seen).some(({ forward }) => forward === 'tun') || !isStrict(seen, tunnel)) return [];
  const text = `this director is a tun server itself, and the reverse path filter of ${tunnel} is strict`;
  return [problem(text, { why: 'every packet that comes out of the tunnel is dropped', fix: fixFor(tunnel) })];
}

function onVipDevices(seen: Needs): Verdict[] {
  const strict = vipDevices(seen).filter((dev) => isStrict(seen, dev));
  if (forwardsBy(seen, 'tun'))
    return strict.map((dev) =>
      warning(`the reverse path filter of ${dev} is strict, and services forward by tun`, {
        why: 'routers on the way to the servers tell of a smaller MTU from addresses that strict may drop; each server needs 0 or 2 on tunl0',
        fix: fixFor(dev),
      }),
    );
  return strict.length < 2
    ? []
    : strict.map((dev) =>
        note(`the reverse path filter of ${dev} is strict`, {
          why: 'with several interfaces, clients whose way back leads through another one are dropped without a word',
          fix: fixFor(dev),
        }),
      );
}

function isStrict({ kernel }: Pick<Needs, 'kernel'>, dev: string): boolean {
  const [all, own] = ['all', dev].map((name) => Number(kernel.sysctl(`net/ipv4/conf/${name}/rp_filter`) ?? 0));
  return Math.max(all ?? 0, own ?? 0) === 1;
}

/** The larger of both counts: 2 on the interface is enough. */
const fixFor = (dev: string): string => sysctlFix(`net/ipv4/conf/${dev}/rp_filter`, '2');
