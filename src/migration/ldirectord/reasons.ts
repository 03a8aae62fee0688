// What ldirectord has and vspair does not: why, and what to do about it.
import { nearest } from '../../text/nearest.ts';
import type { Ledger, Reason } from '../ledger.ts';
import { checks, mail, reasonsOf } from '../reasons.ts';
import type { Setting } from './lines.ts';

const fallback: Reason = {
  why: 'IPVS has no fallback server: ldirectord swaps it in when its checks fail',
  advice: 'without a server that has weight clients are refused',
};
const process: Reason = { why: "it is about ldirectord's own process", advice: '' };
const names: Reason = { why: 'it only names the service in mails', advice: '' };

const everywhere = [
  [checks, 'checktimeout negotiatetimeout checkinterval checkcount failurecount quiescent'],
  [fallback, 'fallback fallback6 fallbackcommand'],
  [mail, 'emailalert emailalertfreq emailalertstatus smtp'],
  [{ why: 'vspair leaves its services in the kernel when it stops', advice: '' }, 'cleanstop'],
] as const;

export const globalReasons = reasonsOf(
  ...everywhere,
  [checks, 'readdquiescent maintenancedir'],
  [mail, 'emailalertfrom'],
  [process, 'autoreload callback logfile execute supervised fork'],
);

export const sectionReasons = reasonsOf(
  ...everywhere,
  [checks, 'checktype service checkcommand checkport request receive httpmethod virtualhost login passwd database secret load monitorfile'],
  [names, 'servicename comment'],
);

/** What can be a password is not shown. */
export function leaveOut(setting: Setting, reasons: ReadonlyMap<string, Reason>, alsoKnown: readonly string[], ledger: Ledger): void {
  const what = /passwd|secret/.test(setting.key) ? setting.key : `${setting.key}=${setting.value}`.slice(0, 60);
  const reason = reasons.get(setting.key);
  if (reason !== undefined) return ledger.leftOut(setting, what, reason);
  const known = [...reasons.keys(), ...alsoKnown];
  const close = nearest(setting.key, known);
  // ldirectord itself does not start with a key that it does not know.
  ledger.wrong(setting, `unknown key ${setting.key}`, close ?? 'a key of ldirectord(8)');
}
