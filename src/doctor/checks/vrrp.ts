// Does another program speak VRRP for our virtual router or our virtual IPs?
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import type { DirectorSeen, VrrpHeard } from '../seen.ts';
import { notSeen } from '../unseen.ts';

type Needs = Pick<DirectorSeen, 'site' | 'wire'>;

export const vrrp: Check<Needs> = {
  id: 'vrrp',
  group: 'network',
  what: 'VRRP advertisements (IP protocol 112, versions 2 and 3) of others on the interfaces of the virtual IPs',
  why: 'two programs that keep the same virtual IP take it from each other: clients see it jump, or two machines answer',
  fix: 'stop it there (systemctl disable --now keepalived), or give one of them other virtual IPs',
  judge(seen) {
    if (!seen.wire.known) return [notSeen(seen.wire)];
    const { vrrp: heard, listenedMs, devices } = seen.wire.value;
    if (heard.length === 0) return [ok(`nobody speaks VRRP on ${devices.join(', ')} (listened for ${listenedMs} ms)`)];
    return heard.map((one) => verdictOn(one, seen));
  },
};

function verdictOn(heard: VrrpHeard, { site }: Needs): Verdict {
  const { source, mac, version, vrid, priority, addresses, dev } = heard;
  const who = `${source} (${mac}) speaks VRRPv${version} on ${dev} for VRID ${vrid}, priority ${priority}`;
  const ours = site.config.groups
    .flatMap(({ vips }) => vips.map(({ address }) => address))
    .filter((address) => addresses.includes(address));
  if (ours.length > 0) return problem(`${who}, with our virtual IP ${ours.join(', ')}`);
  const group = site.config.groups.find((one) => one.vrid === vrid);
  if (group === undefined)
    return note(`${who}: another virtual router, which does not concern us`, { why: 'good to know', fix: 'nothing to do' });
  return warning(`${who}, the VRID of our group ${group.name}, with ${addresses.join(', ') || 'no address'}`, {
    why: 'most likely what kept these addresses before vspair; a virtual MAC of this VRID would clash',
    fix: `stop it, or give the group ${group.name} another vrid on both directors`,
  });
}
