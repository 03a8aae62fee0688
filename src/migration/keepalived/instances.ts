// `vrrp_instance` and `vrrp_sync_group` of keepalived.conf, as one node has them.
import { parseAddress } from '../../text/address.ts';
import type { Ledger, Passage } from '../ledger.ts';
import { blockOf, into, type Read, readStatements, surplus, timerIn, titleOf, wholeIn } from './reading.ts';
import { instanceReasons, syncGroupReasons } from './reasons.ts';
import type { Statement } from './statements.ts';
import { type VirtualAddress, virtualAddressesIn } from './virtualAddresses.ts';

export interface NamedAddress extends Passage {
  readonly address: string;
}

export interface Instance extends Passage {
  readonly name: string;
  readonly interface: string | undefined;
  readonly vrid: number | undefined;
  readonly priority: number;
  readonly advertMs: number;
  /** unicast_src_ip, else mcast_src_ip. */
  readonly source: NamedAddress | undefined;
  readonly peers: readonly NamedAddress[];
  readonly vips: readonly VirtualAddress[];
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  /** lvs_sync_daemon_interface, as keepalived once had it. */
  readonly syncInterface: string | undefined;
}

export interface SyncGroup extends Passage {
  readonly name: string;
  /** Names of instances. */
  readonly members: readonly string[];
}

interface Found {
  master?: Statement;
  interface?: string;
  vrid?: number;
  priority?: number;
  advertMs?: number;
  unicastSource?: NamedAddress;
  multicastSource?: NamedAddress;
  nopreempt?: Statement;
  preemptDelay?: { readonly ms: number; readonly statement: Statement };
  syncInterface?: string;
  readonly peers: NamedAddress[];
  readonly vips: VirtualAddress[];
}

export function instanceIn(statement: Statement, ledger: Ledger): Instance {
  const found: Found = { peers: [], vips: [] };
  surplus(statement, 1, ledger);
  readStatements(
    blockOf(statement, ledger),
    {
      read: readersOf(found, ledger),
      repeatable: ['unicast_peer', 'virtual_ipaddress', 'virtual_ipaddress_excluded'],
      reasons: instanceReasons,
    },
    'in vrrp_instance',
    ledger,
  );
  return completed(found, statement, ledger);
}

function readersOf(found: Found, ledger: Ledger): ReadonlyMap<string, Read> {
  return new Map<string, Read>([
    ['state', (one) => setState(found, one, ledger)],
    ['interface', into(found, 'interface', (one) => wordIn(one, 'the name of an interface', ledger))],
    ['lvs_sync_daemon_interface', into(found, 'syncInterface', (one) => wordIn(one, 'the name of an interface', ledger))],
    // 0: it is there, and wrong.
    ['virtual_router_id', into(found, 'vrid', (one) => wholeIn(one, 1, 255, ledger) ?? 0)],
    ['priority', into(found, 'priority', (one) => wholeIn(one, 1, 255, ledger) ?? 100)],
    ['advert_int', into(found, 'advertMs', (one) => timerIn(one, ledger) ?? 1000)],
    ['unicast_src_ip', into(found, 'unicastSource', (one) => addressIn(one, ledger))],
    ['mcast_src_ip', into(found, 'multicastSource', (one) => addressIn(one, ledger))],
    ['unicast_peer', (one) => void found.peers.push(...blockOf(one, ledger).flatMap((peer) => peerIn(peer, ledger)))],
    ['virtual_ipaddress', (one) => void found.vips.push(...virtualAddressesIn(one, ledger))],
    ['virtual_ipaddress_excluded', (one) => void found.vips.push(...virtualAddressesIn(one, ledger))],
    ['nopreempt', into(found, 'nopreempt', (one) => one)],
    ['preempt_delay', into(found, 'preemptDelay', (one) => ({ ms: timerIn(one, ledger) ?? 0, statement: one }))],
  ]);
}

function setState(found: Found, one: Statement, ledger: Ledger): void {
  const state = wordIn(one, 'MASTER or BACKUP', ledger);
  if (state === 'MASTER') found.master = one;
  ledger.leftOut(one, titleOf(one), { why: 'who becomes active is decided by priority and preempt alone', advice: '' });
}

function addressIn(one: Statement, ledger: Ledger): NamedAddress | undefined {
  const address = parseAddress(one.words[0]?.text ?? '');
  surplus(one, 1, ledger);
  if (address === undefined) ledger.wrong(one.words[0] ?? one, titleOf(one), 'an address');
  return address === undefined ? undefined : { address: address.text, place: one.place, lastLine: one.lastLine };
}

function peerIn(peer: Statement, ledger: Ledger): NamedAddress[] {
  const address = parseAddress(peer.keyword);
  surplus(peer, 0, ledger);
  if (address === undefined) ledger.wrong(peer, titleOf(peer), 'the address of a peer');
  return address === undefined ? [] : [{ address: address.text, place: peer.place, lastLine: peer.lastLine }];
}

function wordIn(one: Statement, expected: string, ledger: Ledger): string {
  const [word] = one.words;
  surplus(one, 1, ledger);
  if (word === undefined) ledger.wrong(one, `${one.keyword} has no value`, expected);
  return word?.text ?? '';
}

function completed(found: Found, statement: Statement, ledger: Ledger): Instance {
  const { place, lastLine } = statement;
  const name = statement.words[0]?.text ?? '';
  if (found.vrid === undefined)
    ledger.wrong(statement, `${titleOf(statement)} has no virtual_router_id`, 'virtual_router_id and a number from 1 to 255');
  if (found.priority === undefined) ledger.assumed(statement, 'priority 100', 'priority is missing, and that is what keepalived takes');
  if (found.advertMs === undefined)
    ledger.assumed(statement, 'an interval of 1s', 'advert_int is missing, and that is what keepalived takes');
  if (found.vips.length === 0) ledger.leftOut(statement, titleOf(statement), { why: 'it has no virtual IP to move', advice: '' });
  return {
    place,
    lastLine,
    name,
    interface: found.interface,
    vrid: found.vrid === 0 ? undefined : found.vrid,
    priority: found.priority ?? 100,
    advertMs: found.advertMs ?? 1000,
    source: found.unicastSource ?? found.multicastSource,
    peers: found.peers,
    vips: found.vips,
    preempt: preemptOf(found, ledger),
    preemptDelayMs: preemptDelayOf(found, ledger),
    syncInterface: found.syncInterface,
  };
}

/** "NOTE: For this to work, the initial state must not be MASTER" (keepalived.conf(5)); keepalived clears it then. */
function preemptOf({ master, nopreempt }: Found, ledger: Ledger): boolean {
  if (nopreempt !== undefined && master !== undefined)
    ledger.leftOut(nopreempt, 'nopreempt', {
      why: 'with state MASTER keepalived passes it over, and preempts',
      advice: 'write preempt: false if that is meant',
    });
  return nopreempt === undefined || master !== undefined;
}

function preemptDelayOf({ master, nopreempt, preemptDelay }: Found, ledger: Ledger): number {
  if (preemptDelay === undefined) return 0;
  const { statement, ms } = preemptDelay;
  const why =
    master !== undefined
      ? 'with state MASTER keepalived passes it over'
      : nopreempt !== undefined
        ? 'with nopreempt it means nothing'
        : undefined;
  if (why !== undefined) ledger.leftOut(statement, titleOf(statement), { why, advice: '' });
  return why === undefined ? ms : 0;
}

export function syncGroupIn(statement: Statement, ledger: Ledger): SyncGroup {
  const members: string[] = [];
  const read = new Map([
    [
      'group',
      (one: Statement) =>
        void members.push(...blockOf(one, ledger).flatMap(({ keyword, words }) => [keyword, ...words.map(({ text }) => text)])),
    ],
  ]);
  surplus(statement, 1, ledger);
  readStatements(blockOf(statement, ledger), { read, repeatable: ['group'], reasons: syncGroupReasons }, 'in vrrp_sync_group', ledger);
  const { place, lastLine, words } = statement;
  return { place, lastLine, name: words[0]?.text ?? '', members };
}
