// Are this director's heartbeat addresses its own?
import { type Check, faultsOr, problem } from '../check.ts';
import type { DirectorSeen } from '../seen.ts';

export const addresses: Check<Pick<DirectorSeen, 'site' | 'addresses'>> = {
  id: 'addresses',
  group: 'configuration',
  what: 'the heartbeat addresses of this director are on this machine',
  why: 'no advert leaves from an address that is not here, and the peer takes this director for dead on that link',
  fix: 'ip address add ADDRESS/PREFIX dev DEV, and the same in the configuration of the network',
  judge({ site: { self }, addresses: own }) {
    const missing = self.addresses.flatMap((address, link) => {
      if (own.some((one) => one.address === address)) return [];
      return [
        problem(`${address} (heartbeat link ${link + 1}) is not on this machine`, { fix: `ip address add ${address}/PREFIX dev DEV` }),
      ];
    });
    return faultsOr(missing, `${self.addresses.join(', ')} on this machine`);
  },
};
