// Are the interfaces of the virtual IPs and of the synchronisation there and up?
import { type Check, faultsOr, problem } from '../check.ts';
import { vipDevices } from '../rulesAspects.ts';
import type { DirectorSeen } from '../seen.ts';

export const devices: Check<Pick<DirectorSeen, 'site' | 'devices'>> = {
  id: 'devices',
  group: 'configuration',
  what: 'the interfaces of the virtual IPs and of the connection synchronisation: there, and up',
  why: 'a director whose interface is missing or has no carrier cannot hold the virtual IPs of its group',
  fix: 'ip link set DEV up, and look at the cable and the switch',
  judge(seen) {
    const { connectionSync } = seen.site.config.ipvs;
    const wanted = [...new Set([...vipDevices(seen), ...(connectionSync === undefined ? [] : [connectionSync.dev])])];
    const faults = wanted.flatMap((dev) => {
      const found = seen.devices.find((device) => device.dev === dev);
      if (found === undefined)
        return [problem(`${dev} is not on this machine`, { fix: `name one of ${namesOf(seen)} in ${seen.site.config.file}` })];
      return found.up ? [] : [problem(`${dev} is down or has no carrier`, { fix: `ip link set ${dev} up, and look at its cable` })];
    });
    return faultsOr(faults, `${wanted.join(', ')} up`);
  },
};

const namesOf = ({ devices: found }: Pick<DirectorSeen, 'devices'>): string =>
  found
    .filter(({ dev }) => dev !== 'lo')
    .map(({ dev }) => dev)
    .join(', ');
