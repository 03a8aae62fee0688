// Which groups a command would move, from whom to whom, as the status has it now; what is mistyped is told before anybody
// is asked or anything is moved.
import type { StatusReport } from '../../control/status.ts';
import type { NodeName, RefusalReason } from '../../core/types.ts';
import { VspairError } from '../../errors/catalogue.ts';
import type { GroupSnapshot } from '../../keeper/messages.ts';
import { suggestion } from '../../text/nearest.ts';

export interface Move {
  readonly group: string;
  /** Undefined: nobody is active. */
  readonly from: NodeName | undefined;
  /** Undefined: the fittest. */
  readonly to: NodeName | undefined;
}

/** The groups of this name, all without one. Throws VspairError VSP_REFUSED. */
export function demandGroups({ self }: StatusReport, name: string | undefined): readonly GroupSnapshot[] {
  const { groups } = self.keeper;
  const found = groups.filter((group) => name === undefined || group.name === name);
  if (found.length > 0 || name === undefined) return found;
  throw refused(
    `group ${name}`,
    'unknown-group',
    `there is no such group; expected ${suggestion(
      name,
      groups.map((group) => group.name),
    )}`,
  );
}

/** Throws VspairError VSP_REFUSED when no director has the name. */
export function demandDirector(report: StatusReport, name: string | undefined): void {
  const directors = [report.node, ...report.peers.map(({ node }) => node)];
  if (name === undefined || directors.includes(name)) return;
  throw refused(`director ${name}`, 'unknown-node', `no director is called so; expected ${suggestion(name, directors)}`);
}

export const moveText = ({ group, from, to }: Move): string => `${group} from ${from ?? 'nobody'} to ${to ?? 'the fittest other director'}`;

const refused = (object: string, reason: RefusalReason, detail: string): VspairError =>
  new VspairError({
    code: 'VSP_REFUSED',
    object,
    attempt: 'hand it over',
    detail: `${detail} (${reason})`,
    advice: 'give the command again with one of these names',
  });
