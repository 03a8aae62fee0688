// Do the messages of the kernel's connection synchronisation come through?
import { type Check, ok } from '../check.ts';
import { judgePort, type PortUse } from '../firewall.ts';
import type { DirectorSeen } from '../seen.ts';

export const firewallSync: Check<Pick<DirectorSeen, 'site' | 'firewall' | 'wire'>> = {
  id: 'firewall-sync',
  group: 'network',
  what: "the packet filter and the UDP port of the kernel's connection synchronisation (224.0.0.81, port 8848)",
  why: 'the backup knows of no connection, and at a takeover all of them are reset',
  fix: 'accept UDP port 8848 to 224.0.0.81 on the interface of ipvs.connectionSync',
  judge({ site, firewall, wire }) {
    const sync = site.config.ipvs.connectionSync;
    if (sync === undefined) return [ok('connections are not synchronised (no ipvs.connectionSync)')];
    const { dev, group, port } = sync;
    const use: PortUse = { protocol: 'udp', port, of: `messages to ${group} on ${dev}`, from: [], passes: false };
    const heard = wire.known && wire.value.syncMessages > 0 ? `; ${wire.value.syncMessages} of the active director reached ${dev}` : '';
    // Whether one that reaches the interface reaches the kernel's daemon cannot be seen from outside: its rules have to do.
    return judgePort(firewall, use).map((verdict) => (verdict.level === 'ok' ? ok(`${verdict.text}${heard}`) : verdict));
  },
};
