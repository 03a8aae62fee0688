// `real = address[->address][:port] gate|masq|ipip [weight] ["request", "receive"] [l:n] [u:n]` of ldirectord.cf.
import type { ForwardingMethod } from '../../rules/document.ts';
import { parseAddress } from '../../text/address.ts';
import { addressesBetween, largestRange } from '../addressRange.ts';
import type { Ledger } from '../ledger.ts';
import type { ServerDraft } from '../serviceDraft.ts';
import type { Setting } from './lines.ts';

const methods: ReadonlyMap<string, ForwardingMethod> = new Map([
  ['gate', 'dr'],
  ['masq', 'nat'],
  ['ipip', 'tun'],
]);

const expected = 'real = ADDRESS:PORT gate, masq or ipip, and then a weight';

export function realServersIn(setting: Setting, ledger: Ledger): ServerDraft[] {
  const [, target = '', method = '', flags = ''] = /^(\S+)\s+(\w+)\s*(.*)$/.exec(setting.value) ?? [];
  const targets = targetsIn(target, setting, ledger);
  const forward = methods.get(method);
  if (targets !== undefined && forward === undefined)
    ledger.wrong(setting, `the forwarding method is ${method === '' ? 'missing' : method}`, 'gate, masq or ipip');
  if (targets === undefined || forward === undefined) return [];
  const rest = flagsIn(flags, setting, ledger);
  return targets.map((one) => ({ place: setting.place, lastLine: setting.lastLine, ...one, forward, tunnel: undefined, ...rest }));
}

/** The port is undefined when it is not written. */
function targetsIn(text: string, setting: Setting, ledger: Ledger): Pick<ServerDraft, 'address' | 'port'>[] | undefined {
  const [, v6, from, to, digits] = /^(?:\[([^\]]*)\]|([^:>]*?)(?:->([^:]*))?)(?::(\w+))?$/.exec(text) ?? [];
  const first = parseAddress(v6 ?? from ?? '');
  const last = to === undefined ? first : parseAddress(to);
  const port = digits === undefined ? undefined : /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  const ours = setting.key === 'real6' ? 6 : 4;
  const addresses = first === undefined || last === undefined ? undefined : addressesBetween(first, last);
  const fits = addresses !== undefined && first?.family === ours && (port === undefined || port <= 65_535);
  if (!fits)
    ledger.wrong(
      setting,
      `real server ${text}`,
      `${expected}; an IPv${ours} address and a port in digits (names may mean another address elsewhere), ranges upwards and of at most ${largestRange}`,
    );
  return fits ? addresses.map((address) => ({ address, port })) : undefined;
}

function flagsIn(flags: string, setting: Setting, ledger: Ledger): Pick<ServerDraft, 'weight' | 'upperThreshold' | 'lowerThreshold'> {
  const [, weight, check, lower, upper, rest = ''] =
    /^(\d+)?\s*(".*"[, ]\s*".*")?\s*(?:"?l:(\d+)"?)?\s*(?:"?u:(\d+)"?)?\s*(.*)$/.exec(flags) ?? [];
  if (weight === undefined) ledger.assumed(setting, 'weight 1', 'ldirectord(8): the default');
  if (check !== undefined) ledger.leftOut(setting, 'request and receive', { why: 'vspair does not check real servers yet', advice: '' });
  if (rest !== '' || Number(weight ?? 1) > 65_535)
    ledger.wrong(setting, `what follows the method: ${flags.slice(0, 40)}`, `${expected} of at most 65535`);
  return { weight: Number(weight ?? 1), lowerThreshold: Number(lower ?? 0), upperThreshold: Number(upper ?? 0) };
}
