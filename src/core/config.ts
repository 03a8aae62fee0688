// Another configuration while the election goes on: what stays keeps its role, its timers and what it has heard.
import { advertise } from './adverts.ts';
import { callOff } from './handover.ts';
import type { Active, Backup, Group, OldPace, Role, Turn } from './state.ts';
import { announceAnew, downDevices, enterFault, join, rejoin, setRole } from './transitions.ts';
import { type CoreConfig, type CoreEvent, type GroupSpec, type Millis, millis, type NodeName, never, type Vip } from './types.ts';

type ConfigChanged = Extract<CoreEvent, { type: 'configChanged' }>;

/**
 * So many rounds state a longer interval before it is kept. A peer that misses them all would take our new pace for silence;
 * of a wire that loses every third advert that is one in 60,000.
 */
const roundsAtOldPace = 10;

/** The configuration that `step` is to be given after the event. The process, and so its life, stays the same. */
export function configAfter(before: CoreConfig, event: CoreEvent): CoreConfig {
  return event.type === 'configChanged' ? { ...event.config, self: before.self, incarnation: before.incarnation } : before;
}

/** Ends with an advert, whatever changed: peers wait by what it says. It asks for answers when it has something to learn. */
export function changeConfig(turn: Turn, event: ConfigChanged): void {
  const { config: before, state } = turn;
  const after = configAfter(before, event);
  turn.config = after;
  turn.state = {
    ...state,
    linksDown: new Set(event.linksDown),
    oldPace: paceAfter(state.oldPace, before.interval, after.interval),
    peers: new Map([...state.peers].filter(([name]) => isNode(after, name))),
    groups: after.groups.map((spec) => groupAfter(after, state.groups, spec)),
  };
  for (const { spec } of state.groups) if (!after.groups.some(({ vrid }) => vrid === spec.vrid)) tellRemoved(turn, spec);
  for (const { spec } of turn.state.groups) beginOrAdapt(turn, event, before, spec);
  turn.effects.push({ type: 'answer', requestId: event.requestId, outcome: { ok: true, detail: 'the configuration is in force' } });
  advertise(turn, { solicit: hasNews(before, after) });
}

const isNode = ({ nodes }: CoreConfig, name: NodeName | undefined): boolean => nodes.some((node) => node.name === name);

function paceAfter(pace: OldPace | undefined, before: Millis, after: Millis): OldPace | undefined {
  if (after === before) return pace;
  const known = millis(Math.min(before, pace?.interval ?? never));
  return known < after ? { interval: known, rounds: roundsAtOldPace } : undefined;
}

/** A group is known by its VRID. One that is new knows nothing yet. */
function groupAfter(config: CoreConfig, groups: readonly Group[], spec: GroupSpec): Group {
  const known = groups.find((group) => group.spec.vrid === spec.vrid);
  return { spec, role: known === undefined ? unborn : withoutStrangers(config, known.role) };
}

const unborn: Role = { phase: 'initialize', holding: false, deadline: never, answered: new Set() };

/** A director that is not in the configuration any more is nobody to wait for. */
function withoutStrangers(config: CoreConfig, role: Role): Role {
  switch (role.phase) {
    case 'initialize':
      return { ...role, answered: new Set([...role.answered].filter((name) => isNode(config, name))) };
    case 'backup':
      return { ...role, active: known(config, role.active), successor: known(config, role.successor) };
    case 'active':
      return role.taking === undefined || isNode(config, role.taking.from) ? role : { ...role, taking: undefined };
    case 'fault':
    case 'maintenance':
    case 'stopped':
      return role;
  }
}

const known = (config: CoreConfig, name: NodeName | undefined): NodeName | undefined => (isNode(config, name) ? name : undefined);

/** Its virtual IPs are gone from the kernel by now: no group names them. */
function tellRemoved(turn: Turn, { vrid }: GroupSpec): void {
  turn.effects.push({ type: 'report', fact: { type: 'stopped', vrid, released: true } });
}

function beginOrAdapt(turn: Turn, event: ConfigChanged, before: CoreConfig, spec: GroupSpec): void {
  const old = before.groups.find(({ vrid }) => vrid === spec.vrid);
  const role = turn.state.groups.find((group) => group.spec.vrid === spec.vrid)?.role;
  if (old === undefined) return join(turn, spec, event.holding.includes(spec.vrid));
  if (role !== undefined) adapt(turn, old, spec, role);
}

/** What the new settings of a group ask of its role: its links first, as they decide whether it can serve at all. */
function adapt(turn: Turn, old: GroupSpec, spec: GroupSpec, role: Role): void {
  const down = downDevices(turn.state, spec);
  switch (role.phase) {
    case 'initialize':
      return down.length > 0 ? enterFault(turn, spec, 'link-down', down.join(', ')) : undefined;
    case 'backup':
      return down.length > 0
        ? enterFault(turn, spec, 'link-down', down.join(', '))
        : setRole(turn, spec, backupAfter(turn, old, spec, role));
    case 'active':
      return down.length > 0 ? enterFault(turn, spec, 'link-down', down.join(', ')) : adaptActive(turn, old, spec, role);
    case 'fault':
      return role.reason === 'link-down' && down.length === 0 ? rejoin(turn, spec, 'recovered') : undefined;
    case 'maintenance':
    case 'stopped':
      return;
  }
}

/** What it calls off is announced anew as well. */
function adaptActive(turn: Turn, old: GroupSpec, spec: GroupSpec, role: Active): void {
  if (role.giving !== undefined && !isNode(turn.config, role.giving.to)) callOff(turn, spec, role, role.giving);
  else if (!spec.vips.every((vip) => hasVip(old, vip))) announceAnew(turn, spec, role);
}

/** Who begins to preempt is as patient as one that has just become backup; one that was relieved by hand does not take back. */
function backupAfter(turn: Turn, old: GroupSpec, spec: GroupSpec, role: Backup): Backup {
  const isSame = old.preempt === spec.preempt && old.preemptDelay === spec.preemptDelay;
  return isSame || role.preemptAt === never ? role : { ...role, preemptAt: millis(turn.now + spec.preemptDelay) };
}

const hasVip = ({ vips }: GroupSpec, { address, prefix, dev }: Vip): boolean =>
  vips.some((vip) => vip.address === address && vip.prefix === prefix && vip.dev === dev);

const hasNews = (before: CoreConfig, after: CoreConfig): boolean =>
  after.nodes.some(({ name }) => !isNode(before, name)) || after.groups.some(({ vrid }) => !before.groups.some((old) => old.vrid === vrid));
