// All that one node's keepalived.conf says: the rules, and what becomes the configuration.
import type { ConnectionSyncDraft } from '../configDraft.ts';
import type { Ledger, Passage } from '../ledger.ts';
import type { Settled } from '../serviceDraft.ts';
import { type Instance, instanceIn, type SyncGroup, syncGroupIn } from './instances.ts';
import { blockOf, into, type Read, readStatements, surplus, titleOf } from './reading.ts';
import { globalReasons, topReasons } from './reasons.ts';
import { rulesReader } from './rules.ts';
import type { Statement } from './statements.ts';

/** Seconds; undefined where the kernel's own stays. */
export interface Timeouts {
  readonly tcp: number | undefined;
  readonly tcpFin: number | undefined;
  readonly udp: number | undefined;
}

export interface SyncDaemon extends Passage {
  readonly dev: string;
  /** The instance that it follows. */
  readonly instance: string | undefined;
  readonly syncId: number | undefined;
  readonly more: Pick<ConnectionSyncDraft, 'maxLength' | 'group' | 'port' | 'ttl'>;
}

export interface KeepalivedNode {
  readonly file: string;
  readonly routerId: string | undefined;
  readonly defaultInterface: string | undefined;
  readonly timeouts: Timeouts | undefined;
  readonly syncDaemon: SyncDaemon | undefined;
  readonly instances: readonly Instance[];
  readonly syncGroups: readonly SyncGroup[];
  readonly rules: Settled;
}

type Globals = { -readonly [Key in 'routerId' | 'defaultInterface' | 'timeouts' | 'syncDaemon']: KeepalivedNode[Key] };

export function keepalivedNode(file: string, statements: readonly Statement[], ledger: Ledger): KeepalivedNode {
  const instances: Instance[] = [];
  const syncGroups: SyncGroup[] = [];
  const globals: Globals = { routerId: undefined, defaultInterface: undefined, timeouts: undefined, syncDaemon: undefined };
  const reader = rulesReader(statements, ledger);
  const read = new Map<string, Read>([
    ...reader.read,
    ['vrrp_instance', (one) => void instances.push(instanceIn(one, ledger))],
    ['vrrp_sync_group', (one) => void syncGroups.push(syncGroupIn(one, ledger))],
    ['global_defs', (one) => readGlobals(one, globals, ledger)],
  ]);
  readStatements(statements, { read, repeatable: [...read.keys()], reasons: topReasons }, 'outside of all blocks', ledger);
  return { file, ...globals, instances, syncGroups, rules: reader.rules() };
}

function readGlobals(statement: Statement, globals: Globals, ledger: Ledger): void {
  const routerId = into(globals, 'routerId', firstWord);
  const read = new Map<string, Read>([
    ['router_id', routerId],
    ['lvs_id', routerId],
    ['default_interface', into(globals, 'defaultInterface', firstWord)],
    ['lvs_timeouts', into(globals, 'timeouts', (one) => timeoutsIn(one, ledger))],
    ['lvs_sync_daemon', into(globals, 'syncDaemon', (one) => syncDaemonIn(one, ledger))],
  ]);
  surplus(statement, 0, ledger);
  readStatements(blockOf(statement, ledger), { read, reasons: globalReasons }, 'in global_defs', ledger);
}

const firstWord = ({ words }: Statement): string | undefined => words[0]?.text;

/** `lvs_timeouts [tcp SECS] [tcpfin SECS] [udp SECS]` */
function timeoutsIn(one: Statement, ledger: Ledger): Timeouts {
  const text = one.words.map((word) => word.text).join(' ');
  if (!/^((tcp|tcpfin|udp) \d{1,9} ?)+$/.test(text))
    ledger.wrong(one, titleOf(one), 'lvs_timeouts tcp SECONDS tcpfin SECONDS udp SECONDS, one of them at least');
  const seconds = (name: string): number | undefined => {
    const digits = new RegExp(`\\b${name} (\\d{1,9})`).exec(text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  return { tcp: seconds('tcp'), tcpFin: seconds('tcpfin'), udp: seconds('udp') };
}

/** `lvs_sync_daemon INTERFACE [[inst] INSTANCE] [id ID] [maxlen LEN] [port PORT] [ttl TTL] [group ADDRESS]` */
function syncDaemonIn(one: Statement, ledger: Ledger): SyncDaemon | undefined {
  const text = one.words.map((word) => word.text).join(' ');
  const pattern =
    /^(\S+)(?: (?:inst )?(?!(?:id|maxlen|port|ttl|group) )(\S+))?((?: (?:(?:id|maxlen|port|ttl) \d{1,5}|group [0-9a-fA-F.:]+))*)$/;
  const [, dev, instance, rest = ''] = pattern.exec(text) ?? [];
  if (dev === undefined) {
    ledger.wrong(one, titleOf(one), 'lvs_sync_daemon INTERFACE inst INSTANCE id ID maxlen LEN port PORT ttl TTL group ADDRESS');
    return undefined;
  }
  const said = (name: string): string | undefined => new RegExp(` ${name} (\\S+)`).exec(rest)?.[1];
  const number = (name: string): number | undefined => (said(name) === undefined ? undefined : Number(said(name)));
  const [maxLength, group, port, ttl] = [number('maxlen'), said('group'), number('port'), number('ttl')];
  const more = {
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(group === undefined ? {} : { group }),
    ...(port === undefined ? {} : { port }),
    ...(ttl === undefined ? {} : { ttl }),
  };
  return { place: one.place, lastLine: one.lastLine, dev, instance, syncId: number('id'), more };
}
