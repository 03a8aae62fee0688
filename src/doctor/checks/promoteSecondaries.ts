// Would removing a virtual IP take the director's own addresses with it?
import { type Check, faultsOr, warning } from '../check.ts';
import { vipDevices } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';
import { sysctlFix } from '../sysctlFix.ts';

export const promoteSecondaries: Check<Pick<DirectorSeen, 'site' | 'kernel'>> = {
  id: 'promote-secondaries',
  group: 'kernel',
  what: 'net.ipv4.conf.*.promote_secondaries of the interfaces with IPv4 virtual IPs',
  why: 'when the virtual IP was there before the own address of its network, the kernel removes both at a handover',
  fix: 'sysctl -w net.ipv4.conf.DEV.promote_secondaries=1',
  judge(seen) {
    const withIpv4 = new Set(
      seen.site.config.groups.flatMap(({ vips }) => vips.filter(({ family }) => family === 4).map(({ dev }) => dev)),
    );
    const devices = vipDevices(seen).filter((dev) => withIpv4.has(dev));
    const isOn = (name: string): boolean => seen.kernel.sysctl(`net/ipv4/conf/${name}/promote_secondaries`) === '1';
    const faults = devices
      .filter((dev) => !isOn('all') && !isOn(dev))
      .map((dev) => warning(`promote_secondaries of ${dev} is off`, { fix: sysctlFix(`net/ipv4/conf/${dev}/promote_secondaries`, '1') }));
    return faultsOr(faults, devices.length === 0 ? 'no virtual IP is IPv4' : `on for ${devices.join(', ')}`);
  },
};
