// Do the messages of the kernel's connection synchronisation come through?
import { type Check, ok } from '../check.ts';
import { judgePort } from '../firewall.ts';
import type { DirectorSeen } from '../seen.ts';

export const firewallSync: Check<Pick<DirectorSeen, 'site' | 'firewall' | 'wire'>> = {
  id: 'firewall-sync',
  group: 'network',
  what: "the packet filter and the UDP port of the kernel's connection synchronisation (224.0.0.81, port 8848)",
  why: 'the backup knows of no connection, and at a takeover all of them are reset',
  fix: 'accept UDP port 8848 to 224.0.0.81 on the interface of ipvs.connectionSync',
  judge({ site, firewall }) {
    const sync = site.config.ipvs.connectionSync;
    if (sync === undefined) return [ok('connections are not synchronised (no ipvs.connectionSync)')];
    // Whether a message that reaches the interface reaches the kernel's daemon cannot be seen from outside.
    return judgePort(firewall, {
      protocol: 'udp',
      port: sync.port,
      of: `messages to ${sync.group} on ${sync.dev}`,
      from: [],
      passes: false,
    });
  },
};
