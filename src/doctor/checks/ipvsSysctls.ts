// Do the sysctls of IPVS fit the rules, and are those that the configuration sets really set?
import { ipvsSysctls as table } from '../../config/ipvsSysctls.ts';
import { type Check, note, ok, type Verdict, warning } from '../check.ts';
import { type Needs, unwise } from '../ipvsWisdom.ts';

export const ipvsSysctls: Check<Needs> = {
  id: 'ipvs-sysctls',
  group: 'kernel',
  what: 'the sysctls of IPVS: those that the configuration sets, and those whose default does not fit the rules',
  why: 'connections break at a takeover, or at a change of the rules, that could have gone on',
  fix: 'set it in ipvs.sysctls of the configuration of both directors',
  judge(seen) {
    const configured = seen.site.config.ipvs.sysctls.map((wish) => ofConfigured(wish, seen));
    if (!seen.kernel.ipvs)
      return [...configured, note('the kernel has no IPVS yet, so that its sysctls cannot be read', { fix: 'see the finding on ipvs' })];
    const verdicts = [...configured, ...unwise(seen)];
    return verdicts.length > 0 ? verdicts : [ok('the kernel has what fits the rules')];
  },
};

interface Wish {
  readonly path: string;
  readonly value: string;
}

function ofConfigured({ path, value }: Wish, { kernel, daemon }: Needs): Verdict {
  const [name = path, sysctl] = Object.entries(table).find(([, known]) => known.path === path) ?? [];
  const purpose = sysctl?.purpose ?? '';
  const found = kernel.sysctl(path);
  if (found === value) return ok(`${name} is ${value}, as configured: ${purpose}`);
  const text = `${name} is ${found ?? 'not there'}, and configured as ${value}: ${purpose}`;
  if (daemon.state === 'running')
    return warning(text, { fix: 'the daemon sets it again at the next comparison; when it does not, vspair status tells why' });
  return note(text, { why: 'the daemon sets it at its start', fix: 'systemctl start vspair' });
}
