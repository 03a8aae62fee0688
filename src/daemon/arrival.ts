// Has a director the revision that somebody applied? From what it says of itself, and else from its adverts.
import type { DirectorArrival } from '../control/arrival.ts';
import type { DirectorStatus } from '../control/status.ts';
import type { NodeName, RulesMark } from '../core/types.ts';

export interface Wanted {
  readonly revision: number;
  readonly digest: string;
}

export interface SeenDirector {
  readonly node: NodeName;
  readonly heard: boolean;
  /** Of its adverts; undefined when none came yet. */
  readonly mark: RulesMark | undefined;
  /** Its own account; undefined when it does not answer on the peer channel. */
  readonly status: DirectorStatus | undefined;
}

export function arrivalAt(wanted: Wanted, standby: 'warm' | 'cold', { node, heard, status, ...seen }: SeenDirector): DirectorArrival {
  const mark = status?.keeper.rules ?? seen.mark;
  if (mark === undefined || !(heard || status !== undefined)) return { node, state: 'notHeard', detail: 'is not heard' };
  if (mark.revision > wanted.revision) return { node, state: 'newer', detail: `has revision ${mark.revision} already` };
  if (mark.revision < wanted.revision || mark.digest !== wanted.digest)
    return { node, state: 'older', detail: `${othersText(wanted, mark)}${because(obstacles(status))}` };
  const refused = refusals(status);
  if (refused.length > 0 || !mark.ready) return { node, state: 'refused', detail: `has not all of it in its kernel${because(refused)}` };
  if (standby === 'cold' && !isActive(status)) return { node, state: 'prepared', detail: 'has it ready for a takeover' };
  return { node, state: 'inKernel', detail: 'has it in its kernel' };
}

function othersText({ revision }: Wanted, mark: RulesMark): string {
  if (mark.revision === revision) return `has another revision ${mark.revision}, with the digest ${mark.digest}`;
  return mark.revision === 0 ? 'has no rules yet' : `still has revision ${mark.revision}`;
}

/** What the kernel refused of the rules; what is wrong with the store is told elsewhere. */
function refusals(status: DirectorStatus | undefined): readonly string[] {
  if (status === undefined) return [];
  const { rules, store } = status.daemon;
  return rules.errors.filter((error) => error !== store.trouble?.detail);
}

/** Why a director may not have got what the others have. */
function obstacles(status: DirectorStatus | undefined): readonly string[] {
  if (status === undefined) return [];
  const { rules, store } = status.daemon;
  return [...(store.connected || store.detail === undefined ? [] : [store.detail]), ...rules.errors];
}

const because = (reasons: readonly string[]): string => (reasons.length === 0 ? '' : `: ${reasons.join('; ')}`);

const isActive = (status: DirectorStatus | undefined): boolean => status?.keeper.groups.some(({ phase }) => phase === 'active') === true;
