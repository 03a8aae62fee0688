// Is the TCP port of the peer channel open to the other directors?
import type { Check } from '../check.ts';
import { judgePort } from '../firewall.ts';
import type { DirectorSeen } from '../seen.ts';

export const firewallPeer: Check<Pick<DirectorSeen, 'site' | 'firewall' | 'daemon'>> = {
  id: 'firewall-peer',
  group: 'network',
  what: 'the packet filter and the TCP port of the peer channel',
  why: 'the peer cannot hand over by command, show its status or get the rules from here',
  fix: 'accept the TCP port of the peer channel (control.peerPort, by default the number of heartbeat.port) from the other directors',
  judge({ site, firewall }) {
    const from = site.others.flatMap(({ addresses }) => addresses);
    return judgePort(firewall, {
      protocol: 'tcp',
      port: site.config.control.peerPort,
      of: 'connections of the peer channel',
      from,
      passes: false,
    });
  },
};
