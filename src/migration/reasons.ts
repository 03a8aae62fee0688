// What several programs have and vspair does not: why, and what to do about it.
import type { Reason } from './ledger.ts';

export const checks: Reason = {
  why: 'vspair does not check real servers yet',
  advice: 'watch them by other means, and take a dead one out: vspair rules drain SERVER',
};

export const mail: Reason = {
  why: 'who is told by mail stands in the section alerts',
  advice: 'alerts: [{ email: { server: mail.example, from: vspair@example.org, to: [oncall@example.org] } }]',
};

/** Each reason with its keywords, separated by blanks. */
export const reasonsOf = (...entries: readonly (readonly [Reason, string])[]): ReadonlyMap<string, Reason> =>
  new Map(entries.flatMap(([reason, keywords]) => keywords.split(' ').map((keyword) => [keyword, reason] as const)));
