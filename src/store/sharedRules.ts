// The rules of this director joined with those that others hold. Whatever is joined in whatever sequence, all end with the
// same rules (rules/lineage.ts has the order); what loses stays in the history.
import { VspairError } from '../errors/catalogue.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { areTied, compareRevisions, type Precedence, sameName, settledAgainst } from '../rules/lineage.ts';
import { applyHere } from './applyHere.ts';
import { type OnFileProblem, saveOr } from './fileProblem.ts';
import { type HeldRules, holdRules } from './heldRules.ts';
import { inTurn } from './inTurn.ts';
import type { LocalCopy } from './localCopy.ts';
import { type LostRevision, type LostRevisions, watchLost } from './lostRevisions.ts';
import type { ApplyRequest, ApplyResult } from './rulesStore.ts';

export interface SharedRulesOptions {
  readonly copy: LocalCopy;
  readonly node: string;
  /** The version of vspair. */
  readonly writtenBy: string;
  readonly precedence: Precedence;
  readonly onProblem: OnFileProblem;
  readonly onLost: (lost: LostRevision) => void;
}

/** Whether this director is active, and the other one by its own account. */
export interface Roles {
  readonly here: boolean;
  readonly there: boolean;
}

export interface SharedRules {
  readonly held: HeldRules;
  readonly lost: LostRevisions;
  /** The revision in use, with all that the active directors have said for it. */
  mine(): RulesRevision | undefined;
  /** Durable when it resolves, unless a problem was told. Throws VspairError VSP_FORMAT_NEWER when nothing may replace ours. */
  join(theirs: RulesRevision, roles: Roles): Promise<void>;
  /** A revision of the past, for the history alone. Throws VspairError. */
  keepPast(revision: RulesRevision): Promise<void>;
  /** Compared and set here. */
  apply(document: RulesDocument, request: ApplyRequest): Promise<ApplyResult>;
  /** The history has what the others could give: says of each edit in doubt whether it lost. */
  caughtUp(): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function shareRules({ copy, node, writtenBy, precedence, onProblem, onLost }: SharedRulesOptions): SharedRules {
  // What is adopted has been saved before.
  const held = holdRules(copy.initial, () => Promise.resolve());
  const lost = watchLost(copy.history, onLost);
  const turn = inTurn();
  const past = { path: copy.path, save: (revision: RulesRevision) => copy.history.keep(revision) };
  let mine = copy.initial;

  /** A disk that fails does not keep this director from the newest rules: another one has them on its own. */
  async function take(revision: RulesRevision): Promise<void> {
    await saveOr(copy, revision, onProblem);
    mine = revision;
    held.adopt(revision);
  }

  async function join(offered: RulesRevision, roles: Roles): Promise<void> {
    if (copy.newer !== undefined)
      throw new VspairError({ code: 'VSP_FORMAT_NEWER', object: copy.path, attempt: 'replace it', detail: copy.newer });
    if (mine === undefined) return take(offered);
    const before = mine;
    const ours = roles.here && !roles.there ? withWord(mine, offered) : mine;
    const theirs = roles.there && !roles.here ? withWord(offered, mine) : offered;
    const order = compareRevisions(ours, theirs, precedence);
    if (order === 0) return held.adopt(ours);
    const winner = order < 0 ? ours : theirs;
    if (winner !== mine) await take(winner);
    await keepLoser(order < 0 ? theirs : before, winner);
  }

  async function keepLoser(loser: RulesRevision, winner: RulesRevision): Promise<void> {
    if (sameName(loser, winner)) return;
    if (!copy.history.has(loser) && copy.history.hasRoomFor(loser)) await saveOr(past, loser, onProblem);
    lost.suspect(loser);
    await lost.decide(winner, false);
  }

  /**
   * A tie goes to the active director's, by its word in the revision. Nobody's counts while both are active: then both
   * go by the order of election, which will leave one of them.
   */
  function withWord(active: RulesRevision, other: RulesRevision): RulesRevision {
    const wouldLose = areTied(active, other) && compareRevisions(active, other, precedence) > 0;
    return wouldLose ? settledAgainst(active, other) : active;
  }

  return {
    held,
    lost,
    mine: () => mine,
    join: (theirs, roles) => turn(() => join(theirs, roles)),
    keepPast: (revision) => turn(() => copy.history.keep(revision)),
    apply: (document, request) =>
      turn(async () => {
        const result = await applyHere({ held, copy, node, writtenBy }, document, request);
        if (result.ok) mine = result.revision;
        return result;
      }),
    caughtUp: () => turn(async () => (mine === undefined ? undefined : lost.decide(mine, true))),
    settled: () => turn(() => Promise.resolve()),
  };
}
