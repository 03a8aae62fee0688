// A command line of ipvsadm as options (ipvsadm(8)), each with its place.
import type { Place } from '../../errors/place.ts';
import type { Ledger } from '../ledger.ts';

export interface Option {
  /** Its long name. */
  readonly name: string;
  /** Empty for an option without one. */
  readonly value: string;
  readonly place: Place;
}

/** Long names with the short one, and whether a value follows: `?` when it may. */
const options: readonly (readonly [name: string, short: string, value: '' | '=' | '?'])[] = [
  ['add-service', '-A', ''],
  ['add-server', '-a', ''],
  ['edit-service', '-E', ''],
  ['edit-server', '-e', ''],
  ['delete-service', '-D', ''],
  ['delete-server', '-d', ''],
  ['clear', '-C', ''],
  ['zero', '-Z', ''],
  ['set', '', '='],
  ['start-daemon', '', '='],
  ['stop-daemon', '', '='],
  ['tcp-service', '-t', '='],
  ['udp-service', '-u', '='],
  ['sctp-service', '', '='],
  ['fwmark-service', '-f', '='],
  ['ipv6', '-6', ''],
  ['scheduler', '-s', '='],
  ['sched-flags', '-b', '='],
  ['persistent', '-p', '?'],
  ['netmask', '-M', '='],
  ['pe', '', '='],
  ['ops', '-o', ''],
  ['real-server', '-r', '='],
  ['gatewaying', '-g', ''],
  ['ipip', '-i', ''],
  ['masquerading', '-m', ''],
  ['tun-type', '', '='],
  ['tun-port', '', '='],
  ['tun-nocsum', '', ''],
  ['tun-csum', '', ''],
  ['tun-remcsum', '', ''],
  ['weight', '-w', '='],
  ['u-threshold', '-x', '='],
  ['l-threshold', '-y', '='],
];

const byWord = new Map(
  options.flatMap(([name, short, value]) => [`--${name}`, short].filter((word) => word !== '').map((word) => [word, { name, value }])),
);

/** Undefined when a word is not understood: the rest of the line could mean anything then. */
export function optionsOf(line: string, start: Place, ledger: Ledger): readonly Option[] | undefined {
  const words = [...line.matchAll(/\S+/g)].map((match) => ({ text: match[0], place: { ...start, column: match.index + 1 } }));
  if (/(^|\/)ipvsadm$/.test(words[0]?.text ?? '')) words.shift();
  const found: Option[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const [text = '', attached] = word.text.startsWith('--') ? word.text.split('=', 2) : [word.text];
    const option = byWord.get(text);
    const next = words[at + 1]?.text;
    if (option === undefined) {
      ledger.wrong(
        word,
        `${word.text.slice(0, 40)} is no option of ipvsadm that makes rules`,
        'a line of ipvsadm -Sn, such as -A -t 10.0.0.1:80 -s rr',
      );
      return undefined;
    }
    const follows = option.value !== '' && attached === undefined && next !== undefined && (option.value === '=' || !next.startsWith('-'));
    if (option.value === '=' && attached === undefined && next === undefined) {
      ledger.wrong(word, `${text} has no value`, `a value after ${text}`);
      return undefined;
    }
    found.push({ name: option.name, value: attached ?? (follows ? next : ''), place: word.place });
    // --set has three values, the daemons have options of their own: neither makes a rule.
    if (['set', 'start-daemon', 'stop-daemon'].includes(option.name)) break;
    if (follows) at += 1;
  }
  return found;
}
