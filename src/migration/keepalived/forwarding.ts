// `lvs_method` and its older name `lb_kind`: NAT, DR or TUN with the tunnel's type.
import type { ForwardingMethod, Tunnel } from '../../rules/document.ts';
import type { Ledger } from '../ledger.ts';
import { surplus, titleOf } from './reading.ts';
import type { Statement } from './statements.ts';

export interface Forwarding {
  readonly forward: ForwardingMethod;
  readonly tunnel: Tunnel | undefined;
}

/** By the names of keepalived, which takes them in capitals only. */
const methods: ReadonlyMap<string, ForwardingMethod> = new Map([
  ['NAT', 'nat'],
  ['DR', 'dr'],
  ['TUN', 'tun'],
]);

export function forwardingIn(statement: Statement, ledger: Ledger): Forwarding | undefined {
  const [method] = statement.words;
  const forward = methods.get(method?.text ?? '');
  if (forward === undefined) {
    ledger.wrong(method ?? statement, titleOf(statement), 'NAT, DR or TUN, in capitals');
    return undefined;
  }
  if (forward === 'tun' && statement.words.length > 1) return tunnelIn(statement, ledger);
  surplus(statement, 1, ledger);
  return { forward, tunnel: undefined };
}

/** `TUN type {ipip|gue port NUM|gre} [nocsum|csum|remcsum]` */
function tunnelIn(statement: Statement, ledger: Ledger): Forwarding | undefined {
  const text = statement.words
    .slice(1)
    .map((word) => word.text)
    .join(' ');
  const [, type, port, sum = 'nocsum'] = /^type (ipip|gre|gue(?: port (\d{1,5}))?)(?: (nocsum|csum|remcsum))?$/.exec(text) ?? [];
  const tunnel = tunnelOf(type?.split(' ', 1)[0], Number(port), sum);
  if (tunnel === undefined)
    ledger.wrong(statement, titleOf(statement), 'TUN type ipip, gre or gue port NUM, then nocsum or csum (gue: also remcsum)');
  return tunnel === undefined ? undefined : { forward: 'tun', tunnel };
}

const checksums = { nocsum: 'none', csum: 'full', remcsum: 'remote' } as const;

function tunnelOf(type: string | undefined, port: number, sum: string): Tunnel | undefined {
  const checksum = sum === 'csum' || sum === 'remcsum' ? checksums[sum] : checksums.nocsum;
  if (type === 'ipip') return checksum === 'none' ? { type } : undefined;
  if (type === 'gre') return checksum === 'remote' ? undefined : { type, checksum };
  return type === 'gue' && port >= 1 && port <= 65_535 ? { type, port, checksum } : undefined;
}
