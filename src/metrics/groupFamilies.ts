// Metrics of the groups: who is active, what happened to them, how the last takeover went.
import type { GroupPhase } from '../core/types.ts';
import type { GroupSnapshot, KeeperSnapshot, TakeoverTimeline } from '../keeper/messages.ts';
import { asNumber, counter, type Family, gauge, only, type Sample, seconds } from './family.ts';
import type { Seen } from './seen.ts';

export const groupFamilies: readonly Family[] = [
  gauge('vspair_healthy', [], 'Whether the pair would survive the failure of one director now, as far as this one knows.', (seen) =>
    only(asNumber(seen.healthy)),
  ),
  gauge('vspair_problems', [], 'Problems that vspair status of this director lists.', (seen) => only(seen.problems)),
  gauge('vspair_group_active', ['group', 'director'], 'Whether the director is active for the group, as this one knows.', (seen) =>
    phases(seen).map(({ group, director, phase }) => ({ labels: { group, director }, value: asNumber(phase === 'active') })),
  ),
  gauge('vspair_group_state', ['group', 'director', 'state'], 'One of the states of a group on a director is 1.', (seen) =>
    phases(seen).flatMap(({ group, director, phase }) =>
      states.map((state) => ({ labels: { group, director, state }, value: asNumber(phase === state) })),
    ),
  ),
  gauge('vspair_group_state_age_seconds', ['group'], 'Since when the group is in its state on this director.', (seen) =>
    ofGroups(seen, ({ sinceAgo }) => seconds(sinceAgo)),
  ),
  gauge('vspair_group_vips_missing', ['group'], 'Virtual IPs that this director is active for and does not hold.', (seen) =>
    ofGroups(seen, ({ phase, vips }) => (phase === 'active' ? vips.filter(({ held }) => !held).length : 0)),
  ),
  counter(
    'vspair_transitions_total',
    ['group', 'state', 'reason'],
    'Transitions of a group on this director into a state, by reason.',
    (seen) => seen.counts.transitions,
  ),
  gauge(
    'vspair_last_takeover_phase_seconds',
    ['group', 'phase'],
    'How long each part of the last takeover took: rules, addresses, announcement.',
    (seen) => seen.keeper.groups.flatMap((group) => phaseSamples(group.name, group.lastTakeover)),
  ),
  gauge('vspair_last_takeover_timestamp_seconds', ['group'], 'When the last takeover by this director was announced.', (seen) =>
    seen.keeper.groups.flatMap(({ name, vrid }) => {
      const doneAt = seen.counts.takeoverDoneAt.get(vrid);
      return doneAt === undefined ? [] : [{ labels: { group: name }, value: seconds(doneAt) }];
    }),
  ),
  gauge('vspair_maintenance', [], 'Whether this director is in maintenance.', ({ keeper }) => only(asNumber(keeper.maintenance))),
  gauge('vspair_interface_up', ['dev'], 'Whether an interface of virtual IPs is up and has carrier.', ({ keeper }) =>
    keeper.links.map(({ dev, up }) => ({ labels: { dev }, value: asNumber(up) })),
  ),
  counter('vspair_kernel_write_failures_total', [], 'Writes of addresses, announcements and rules that the kernel refused.', (seen) =>
    only(seen.counts.kernelFailures),
  ),
];

const states: readonly GroupPhase[] = ['initialize', 'backup', 'active', 'fault', 'maintenance'];

interface PhaseOnDirector {
  readonly group: string;
  readonly director: string;
  readonly phase: GroupPhase;
}

/** Of this director and those that it hears: what one that fell silent said last is no state. */
function phases({ keeper }: Seen): readonly PhaseOnDirector[] {
  return keeper.groups.flatMap(({ name, vrid, phase }) => [
    { group: name, director: keeper.self, phase },
    ...phasesOfPeers(keeper, name, vrid),
  ]);
}

const phasesOfPeers = ({ peers }: KeeperSnapshot, group: string, vrid: number): readonly PhaseOnDirector[] =>
  peers
    .filter(({ heard }) => heard)
    .flatMap(({ node, groups }) => groups.filter((one) => one.vrid === vrid).map(({ phase }) => ({ group, director: node, phase })));

const ofGroups = ({ keeper }: Seen, read: (group: GroupSnapshot) => number): readonly Sample[] =>
  keeper.groups.map((group) => ({ labels: { group: group.name }, value: read(group) }));

function phaseSamples(group: string, timeline: TakeoverTimeline | undefined): readonly Sample[] {
  if (timeline === undefined) return [];
  const { decidedAt, rulesInAt, vipAddedAt, announcedAt } = timeline;
  const parts = { rules: rulesInAt - decidedAt, addresses: vipAddedAt - rulesInAt, announcement: announcedAt - vipAddedAt };
  return Object.entries(parts).map(([phase, ms]) => ({ labels: { group, phase }, value: seconds(ms) }));
}
