// The lines of `virtual_ipaddress` and `virtual_ipaddress_excluded`.
import { parseAddress, parsePrefixed } from '../../text/address.ts';
import type { Ledger, Passage } from '../ledger.ts';
import { blockOf, titleOf } from './reading.ts';
import type { Statement } from './statements.ts';

export interface VirtualAddress extends Passage {
  readonly address: string;
  readonly prefix: number;
  /** Undefined: that of the instance. */
  readonly dev: string | undefined;
}

/** Options that have a value, except `dev`; all others are single words. */
const withValue = ['brd', 'broadcast', 'scope', 'label', 'peer', 'preferred_lft', 'track_group'];

export function virtualAddressesIn(block: Statement, ledger: Ledger): VirtualAddress[] {
  const entries = blockOf(block, ledger).flatMap((entry) => virtualAddressIn(entry, ledger));
  const first = new Map<string, VirtualAddress>();
  for (const entry of entries) {
    const earlier = first.get(entry.address);
    if (earlier === undefined) first.set(entry.address, entry);
    else ledger.leftOut(entry, entry.address, { why: `line ${earlier.place.line} has it already`, advice: '' });
  }
  return [...first.values()];
}

/** `ADDRESS[/PREFIX] [brd ADDRESS] [dev NAME] ...` */
function virtualAddressIn(entry: Statement, ledger: Ledger): VirtualAddress[] {
  const address = parsePrefixed(entry.keyword) ?? parseAddress(entry.keyword);
  if (address === undefined) {
    ledger.wrong(entry, titleOf(entry), 'an address with its prefix, such as 10.0.0.1/24');
    return [];
  }
  const prefix = 'prefix' in address && typeof address.prefix === 'number' ? address.prefix : address.bytes.length * 8;
  if (!entry.keyword.includes('/'))
    ledger.assumed(entry, `${address.text}/${prefix}`, 'no prefix is written, and that is what keepalived takes');
  return [{ place: entry.place, lastLine: entry.lastLine, address: address.text, prefix, dev: devIn(entry, ledger) }];
}

function devIn(entry: Statement, ledger: Ledger): string | undefined {
  const words = entry.words.map(({ text }) => text);
  let dev: string | undefined;
  const others: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', value] = [words[at], words[at + 1]];
    if (word === 'dev') dev = value;
    else others.push(withValue.includes(word) ? `${word} ${value ?? ''}` : word);
    if (word === 'dev' || withValue.includes(word)) at += 1;
  }
  if (others.length > 0)
    ledger.leftOut(entry, `${entry.keyword} ${others.join(' ')}`, {
      why: 'vspair adds addresses with the settings that the kernel gives by itself',
      advice: '',
    });
  return dev;
}
