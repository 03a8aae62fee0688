// Can this director read and write the shared state in Redis?
import { type Check, ok, problem, type Verdict } from '../check.ts';
import type { Complaint, DirectorSeen } from '../seen.ts';

export const redis: Check<Pick<DirectorSeen, 'redis'>> = {
  id: 'redis',
  group: 'pair',
  what: 'Redis, when the state is kept there: reachable, and writable under the prefix of this cluster',
  why: 'running directors go on with the rules that they have, but no rules can be changed or shared',
  fix: 'look at the section state of the configuration, and at the server',
  judge({ redis: seen }) {
    if (!seen.used) return [ok('Redis is not used')];
    const { where, read, write } = seen;
    if (read !== undefined) return [refused(`${where} cannot be read`, read)];
    return [write === undefined ? ok(`${where} is read and written`) : refused(`${where} is read, but not written`, write)];
  },
};

const refused = (text: string, complaint: Complaint): Verdict => problem(`${text}: ${complaint.text}`, { fix: complaint.advice });
