// May the daemon do what it has to?
import { type Check, ok, problem, type Verdict, warning } from '../check.ts';
import { type CapabilityName, capabilityNames, type MachineSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

const whys: Readonly<Record<CapabilityName, string>> = {
  CAP_NET_ADMIN: 'no virtual IP and no rule reaches the kernel without it',
  CAP_NET_RAW: 'no takeover is announced without it, and clients go on to the dead director',
  CAP_SYS_NICE: 'without real-time scheduling a busy machine makes adverts late, and the peer takes over',
};

export const capabilities: Check<Pick<MachineSeen, 'capabilities'>> = {
  id: 'capabilities',
  group: 'daemon',
  what: `${capabilityNames.join(', ')} of the daemon, else of its unit, else of this command`,
  why: 'the kernel refuses virtual IPs, rules, announcements or real-time scheduling',
  fix: `AmbientCapabilities=${capabilityNames.join(' ')} and the same in CapabilityBoundingSet of the unit, or run as root`,
  judge({ capabilities: seen }) {
    if (!seen.known) return [notSeen(seen)];
    const { owner, held } = seen.value;
    const missing = capabilityNames.filter((name) => !held.includes(name));
    return missing.length === 0 ? [ok(`${owner} has ${held.join(', ')}`)] : missing.map((name) => lacking(owner, name));
  },
};

function lacking(owner: string, name: CapabilityName): Verdict {
  const judged = name === 'CAP_SYS_NICE' ? warning : problem;
  return judged(`${owner} lacks ${name}`, { why: whys[name] });
}
