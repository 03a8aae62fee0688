// `virtual_server_group`: addresses, ranges and firewall marks that share their real servers.

import { addressRange, largestRange } from '../addressRange.ts';
import type { Ledger, Passage } from '../ledger.ts';
import { blockOf, surplus, titleOf, wholeIn } from './reading.ts';
import type { Statement } from './statements.ts';

/** What a virtual_server is for. Protocol and, of most marks, the family come from elsewhere. */
export type Endpoint =
  | (Passage & {
      readonly by: 'address';
      readonly address: string;
      readonly port: number | undefined;
      readonly lastPort: number | undefined;
    })
  | (Passage & { readonly by: 'mark'; readonly mark: number; readonly family: 4 | 6 | undefined });

export type ServerGroups = ReadonlyMap<string, readonly Endpoint[]>;

export function serverGroupsOf(statements: readonly Statement[], ledger: Ledger): ServerGroups {
  const groups = new Map<string, readonly Endpoint[]>();
  for (const statement of statements) {
    if (statement.keyword !== 'virtual_server_group') continue;
    const name = statement.words[0]?.text ?? '';
    if (name === '') ledger.wrong(statement, 'this virtual_server_group has no name', 'a name before its {');
    else if (groups.has(name))
      ledger.leftOut(statement, titleOf(statement), { why: 'the file has a group of this name already', advice: 'keep one of the two' });
    else
      groups.set(
        name,
        blockOf(statement, ledger).flatMap((entry) => endpointsIn(entry, ledger)),
      );
    surplus(statement, 1, ledger);
  }
  return groups;
}

function endpointsIn(entry: Statement, ledger: Ledger): Endpoint[] {
  if (entry.keyword === 'fwmark') return markIn(entry, ledger);
  const addresses = addressRange(entry.keyword);
  const ports = portsIn(entry, ledger);
  surplus(entry, 1, ledger);
  if (addresses === undefined)
    ledger.wrong(
      entry,
      titleOf(entry),
      `an address or a range of at most ${largestRange}, such as 10.0.0.1-9 or 10.0.0.8/29, or fwmark NUMBER`,
    );
  if (addresses === undefined || ports === undefined) return [];
  if (ports.lastPort !== undefined)
    ledger.assumed(entry, titleOf(entry), 'keepalived 2.2 takes the first port of a range alone', `write ${ports.port} if that is meant`);
  return addresses.map((address) => ({ by: 'address', ...passageOf(entry), address, ...ports }));
}

/** `fwmark NUMBER [inet|inet6]` */
function markIn(entry: Statement, ledger: Ledger): Endpoint[] {
  const mark = wholeIn(entry, 1, 0xffff_ffff, ledger);
  const [, family] = entry.words;
  if (family !== undefined && !/^inet6?$/.test(family.text)) ledger.wrong(family, titleOf(entry), 'inet or inet6 after the mark');
  surplus(entry, 2, ledger);
  return mark === undefined ? [] : [{ by: 'mark', ...passageOf(entry), mark, family: familyNamed(family?.text) }];
}

export const familyNamed = (name: string | undefined): 4 | 6 | undefined => (name === 'inet6' ? 6 : name === 'inet' ? 4 : undefined);

/** `80`, `80-89` or nothing. Undefined: it is none of these. */
function portsIn(
  entry: Statement,
  ledger: Ledger,
): { readonly port: number | undefined; readonly lastPort: number | undefined } | undefined {
  const [word] = entry.words;
  if (word === undefined) return { port: undefined, lastPort: undefined };
  const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word.text) ?? [];
  const ports = { port: Number(from), lastPort: to === undefined ? undefined : Number(to) };
  if (
    from !== undefined &&
    ports.port <= 65_535 &&
    (ports.lastPort === undefined || (ports.port > 0 && ports.lastPort > ports.port && ports.lastPort <= 65_535))
  )
    return ports;
  ledger.wrong(word, `the port of ${titleOf(entry)}`, 'a port from 0 to 65535, or a range of ports such as 8000-8010');
  return undefined;
}

const passageOf = ({ place, lastLine }: Statement): Passage => ({ place, lastLine });
