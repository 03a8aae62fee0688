// Do the peers' adverts come through this machine's packet filter, and ours out of it?
import { type Check, problem, type Verdict } from '../check.ts';
import { judgePort } from '../firewall.ts';
import { longEnough } from '../listening.ts';
import type { DirectorSeen, LinkHeard } from '../seen.ts';

type Needs = Pick<DirectorSeen, 'site' | 'firewall' | 'wire' | 'daemon'>;

export const firewallAdverts: Check<Needs> = {
  id: 'firewall-adverts',
  group: 'network',
  what: 'the packet filter and the UDP port of the adverts: its rules, and which adverts come through and leave',
  why: 'a director that hears no advert takes over from one that works, and both hold the virtual IPs',
  fix: 'accept the UDP port of the adverts (heartbeat.port, 1112) from the other directors',
  judge(seen) {
    const { port } = seen.site.config.heartbeat;
    const from = seen.site.others.flatMap(({ addresses }) => addresses);
    const links = seen.wire.known ? seen.wire.value.links : [];
    const stopped = [...links.flatMap(stoppedIncoming), ...links.flatMap((link) => stoppedOutgoing(link, seen))];
    const passes = links.length > 0 && links.every(({ arrived }) => arrived > 0);
    const rules = judgePort(seen.firewall, { protocol: 'udp', port, of: 'the adverts', from, passes });
    return [...stopped, ...(stopped.length > 0 ? rules.filter(({ level }) => level !== 'ok') : rules)];
  },
};

function stoppedIncoming({ peer, link, onWire, arrived, refusals, remote }: LinkHeard): Verdict[] {
  if (onWire === 0 || arrived > 0 || refusals.length > 0) return [];
  const text = `adverts of ${peer} reach the interface on link ${link + 1} (from ${remote}), and this machine's packet filter drops them`;
  return [problem(text, { fix: 'nft list ruleset, iptables-save: accept the UDP port of the adverts from the other directors' })];
}

function stoppedOutgoing({ peer, link, left, local }: LinkHeard, { daemon, wire, site }: Needs): Verdict[] {
  if (daemon.state !== 'running' || left > 0 || !wire.known || !longEnough(wire.value.listenedMs, site.config.heartbeat.interval))
    return [];
  return [
    problem(`no advert for ${peer} left this machine on link ${link + 1} (from ${local})`, {
      why: 'a packet filter on the way out or a missing address keeps them in, and the peer takes this director for dead on that link',
      fix: 'look at the output chains of nft list ruleset, and at the finding on addresses',
    }),
  ];
}
