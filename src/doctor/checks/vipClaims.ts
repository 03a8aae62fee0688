// Who said on the wire that a virtual IP is his?
import { type Check, faultsOr, type Verdict } from '../check.ts';
import { strangerVerdict } from '../ownership.ts';
import type { DirectorSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

export const vipClaims: Check<Pick<DirectorSeen, 'wire' | 'site' | 'devices' | 'neighbours' | 'rules' | 'peers' | 'addresses'>> = {
  id: 'vip-claims',
  group: 'network',
  what: 'announcements by ARP in which somebody else claims a virtual IP, while doctor listens',
  why: 'neighbours believe the last one that spoke: clients go to a machine that does not serve them',
  fix: 'find the machine by its MAC (bridge fdb, the switch), and take the address from it',
  judge(seen) {
    if (!seen.wire.known) return [notSeen(seen.wire)];
    const { claims, listenedMs } = seen.wire.value;
    const strangers = claims.flatMap((claim): Verdict[] => {
      const verdict = strangerVerdict(claim, seen, 'claims');
      return verdict === undefined ? [] : [verdict];
    });
    return faultsOr(strangers, `nobody but the directors claimed a virtual IP (listened for ${listenedMs} ms)`);
  },
};
