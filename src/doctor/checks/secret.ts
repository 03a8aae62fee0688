// Can the daemon use the secret, and nobody else read it?
import { type Check, ok, problem } from '../check.ts';
import type { DirectorSeen } from '../seen.ts';

export const secret: Check<Pick<DirectorSeen, 'secret' | 'site'>> = {
  id: 'secret',
  group: 'configuration',
  what: 'the secret file: its keys, its owner and its mode',
  why: 'the daemon does not start without it, and who can read it can take every virtual IP',
  fix: 'chmod 600 FILE, owned by root or the user of the daemon',
  judge({ secret: complaint, site }) {
    const file = site.config.secretFile;
    if (complaint === undefined) return [ok(`${file} has usable keys, and only its owner can read it`)];
    return [problem(complaint.text, { fix: `${complaint.advice} (${file})` })];
  },
};
