// What a virtual_server says of itself: scheduler, method, persistence, protocol. What it does not say is taken as
// keepalived takes it, and stands in the account.
import type { Protocol, SchedulerFlag } from '../../rules/document.ts';
import { readNetmask, schedulers } from '../../rules/loadShape.ts';
import type { Ledger } from '../ledger.ts';
import { familyOf, type ServiceDraft } from '../serviceDraft.ts';
import { type Forwarding, forwardingIn } from './forwarding.ts';
import { blockOf, into, type Read, readStatements, surplus, titleOf, wholeIn } from './reading.ts';
import { virtualServerReasons } from './reasons.ts';
import { type Endpoint, familyNamed } from './serverGroups.ts';
import type { Statement } from './statements.ts';

/** "LVS persistence timeout in seconds, default 6 minutes" (keepalived.conf(5)). */
export const defaultPersistence = 360;

export interface ServiceSettings {
  readonly rule: Omit<ServiceDraft, 'match' | 'servers' | 'place' | 'lastLine'>;
  readonly protocol: Protocol;
  /** Of a firewall mark, when it is said. */
  readonly family: 4 | 6 | undefined;
  readonly forwarding: Forwarding;
  /** Of real servers that say none. */
  readonly weight: number;
  /** The real_server statements. */
  readonly servers: readonly Statement[];
}

interface Found {
  scheduler?: string;
  forwarding?: Forwarding;
  protocol?: Protocol;
  persistence?: number;
  persistenceNetmask?: string;
  persistenceEngine?: 'sip';
  family?: 4 | 6;
  weight?: number;
  onePacket?: boolean;
  /** With the scheduler that was known when they came: keepalived reads line by line. */
  readonly flags: { readonly statement: Statement; readonly scheduler: string | undefined }[];
  readonly servers: Statement[];
}

/** IPVS_SVC_PERSISTENT_TIMEOUT's bound: a month, as in ipvsadm. */
const longestPersistence = 31 * 24 * 3600;

export function readService(statement: Statement, endpoints: readonly Endpoint[], ledger: Ledger): ServiceSettings {
  const found: Found = { flags: [], servers: [] };
  readStatements(
    blockOf(statement, ledger),
    { read: readersOf(found, endpoints, ledger), repeatable: ['real_server', ...schedulerFlagKeywords], reasons: virtualServerReasons },
    'in virtual_server',
    ledger,
  );
  return completed(found, statement, endpoints, ledger);
}

const schedulerFlagKeywords = ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'flag-1', 'flag-2', 'flag-3'];

function readersOf(found: Found, endpoints: readonly Endpoint[], ledger: Ledger): ReadonlyMap<string, Read> {
  const scheduler = (one: Statement): void => setScheduler(found, one, ledger);
  const method = into(found, 'forwarding', (one) => forwardingIn(one, ledger));
  const flag = (statement: Statement): void => void found.flags.push({ statement, scheduler: found.scheduler });
  return new Map<string, Read>([
    ['lb_algo', scheduler],
    ['lvs_sched', scheduler],
    ['lb_kind', method],
    ['lvs_method', method],
    ...schedulerFlagKeywords.map((name) => [name, flag] as const),
    ['ops', into(found, 'onePacket', () => true)],
    ['protocol', (one) => setProtocol(found, one, endpoints, ledger)],
    ['persistence_timeout', (one) => setPersistence(found, one, ledger)],
    ['persistence_granularity', (one) => setNetmask(found, one, endpoints, ledger)],
    ['persistence_engine', (one) => setEngine(found, one, ledger)],
    ['ip_family', (one) => setFamily(found, one, ledger)],
    ['weight', into(found, 'weight', (one) => wholeIn(one, 1, 65_535, ledger))],
    ['real_server', (one) => void found.servers.push(one)],
  ]);
}

function setScheduler(found: Found, one: Statement, ledger: Ledger): void {
  const name = one.words[0]?.text ?? '';
  surplus(one, 1, ledger);
  if (schedulers.some((known) => known === name)) found.scheduler = name;
  else
    ledger.leftOut(one, titleOf(one), {
      why: 'there is no such scheduler, and keepalived passes it over too',
      advice: `the schedulers are ${schedulers.join(', ')}`,
    });
}

function setProtocol(found: Found, one: Statement, endpoints: readonly Endpoint[], ledger: Ledger): void {
  const name = one.words[0]?.text.toLowerCase();
  surplus(one, 1, ledger);
  if (name === 'tcp' || name === 'udp' || name === 'sctp') found.protocol = name;
  else ledger.wrong(one.words[0] ?? one, titleOf(one), 'TCP, UDP or SCTP');
  if (endpoints.length > 0 && endpoints.every(({ by }) => by === 'mark'))
    ledger.leftOut(one, titleOf(one), { why: 'a firewall mark has no protocol: whatever carries it belongs to the service', advice: '' });
}

function setPersistence(found: Found, one: Statement, ledger: Ledger): void {
  surplus(one, 1, ledger);
  if (one.words.length === 0) {
    found.persistence = defaultPersistence;
    ledger.assumed(one, `persistence of ${defaultPersistence}s`, 'keepalived.conf(5): 6 minutes by default');
  } else if (one.words[0]?.text === '0')
    ledger.leftOut(one, titleOf(one), { why: 'keepalived passes a timeout of 0 over: the service is not persistent', advice: '' });
  else {
    const seconds = wholeIn(one, 1, longestPersistence, ledger);
    if (seconds !== undefined) found.persistence = seconds;
  }
}

/** A dotted mask for IPv4, a prefix length for IPv6. */
function setNetmask(found: Found, one: Statement, endpoints: readonly Endpoint[], ledger: Ledger): void {
  const mask = readNetmask(one.words[0]?.text ?? '');
  surplus(one, 1, ledger);
  const family = endpoints.flatMap((endpoint) => (endpoint.by === 'address' ? [familyOf(endpoint.address)] : []))[0];
  const fits = mask !== undefined && (family === undefined || (family === 4) === mask.includes('.'));
  if (fits) found.persistenceNetmask = mask;
  else ledger.wrong(one.words[0] ?? one, titleOf(one), family === 6 ? 'a prefix length from 1 to 128' : 'a mask such as 255.255.255.0');
}

function setEngine(found: Found, one: Statement, ledger: Ledger): void {
  surplus(one, 1, ledger);
  if (one.words[0]?.text === 'sip') found.persistenceEngine = 'sip';
  else ledger.wrong(one.words[0] ?? one, titleOf(one), 'sip, the only persistence engine of Linux');
}

function setFamily(found: Found, one: Statement, ledger: Ledger): void {
  const family = familyNamed(one.words[0]?.text);
  surplus(one, 1, ledger);
  if (family === undefined) ledger.wrong(one.words[0] ?? one, titleOf(one), 'inet or inet6');
  else found.family = family;
}

function completed(found: Found, statement: Statement, endpoints: readonly Endpoint[], ledger: Ledger): ServiceSettings {
  const { scheduler = 'wlc', protocol = 'udp', forwarding = { forward: 'nat', tunnel: undefined }, persistenceNetmask } = found;
  assumeWhatIsMissing(found, statement, endpoints, ledger);
  const persistence = found.persistence ?? (persistenceNetmask === undefined ? undefined : granular(statement, ledger));
  return {
    rule: {
      scheduler,
      schedulerFlags: found.flags.flatMap((flag) => schedulerFlagIn(flag.statement, flag.scheduler, scheduler, ledger)),
      persistence,
      persistenceNetmask,
      persistenceEngine: found.persistenceEngine,
      onePacket: found.onePacket ?? false,
    },
    protocol,
    forwarding,
    family: found.family ?? (persistenceNetmask === undefined ? undefined : persistenceNetmask.includes('.') ? 4 : 6),
    weight: found.weight ?? 1,
    servers: found.servers,
  };
}

/** What is there and wrong has been told already. */
function assumeWhatIsMissing(found: Found, statement: Statement, endpoints: readonly Endpoint[], ledger: Ledger): void {
  const says = (...keywords: readonly string[]): boolean => statement.block?.some(({ keyword }) => keywords.includes(keyword)) === true;
  const taken = 'and that is what keepalived takes';
  if (found.scheduler === undefined)
    ledger.assumed(statement, 'scheduler wlc', `lb_algo ${says('lb_algo', 'lvs_sched') ? 'names none' : 'is missing'}, ${taken}`);
  if (!says('lb_kind', 'lvs_method')) ledger.assumed(statement, 'forward nat', 'lb_kind is missing; keepalived.conf(5): NAT by default');
  if (!says('protocol') && endpoints.some(({ by }) => by === 'address'))
    ledger.assumed(statement, 'protocol udp', `protocol is missing, ${taken}`, 'say protocol TCP if that is meant');
}

function granular(statement: Statement, ledger: Ledger): number {
  ledger.assumed(
    statement,
    `persistence of ${defaultPersistence}s`,
    'persistence_granularity is said without persistence_timeout, and that is what keepalived takes',
  );
  return defaultPersistence;
}

/** The kernel's two flags mean the same for the two schedulers that have them (ip_vs.h). */
const numbered: Readonly<Record<string, string>> = { 'flag-1': 'fallback', 'flag-2': 'port' };

function schedulerFlagIn(one: Statement, before: string | undefined, scheduler: string, ledger: Ledger): SchedulerFlag[] {
  const isNumbered = Object.hasOwn(numbered, one.keyword);
  const name = isNumbered ? `${scheduler}-${numbered[one.keyword] ?? ''}` : one.keyword;
  const flag = (['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'] as const).find((known) => known === name);
  if (flag?.startsWith(`${scheduler}-`) === true && (isNumbered || before === scheduler)) return [flag];
  if (flag !== undefined && before === undefined) {
    ledger.leftOut(one, one.keyword, {
      why: 'it stands before lb_algo, and keepalived passes it over there',
      advice: 'add it to the rules if it is meant',
    });
    return [];
  }
  ledger.leftOut(one, one.keyword, { why: `the scheduler ${scheduler} has no such flag`, advice: '' });
  return [];
}
