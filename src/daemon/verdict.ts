// The first line of the status: would the pair survive a failure now, and if not, why, and what is to be done?
import type { PairState, Verdict } from '../control/status.ts';
import type { GroupSnapshot, KeeperSnapshot } from '../keeper/messages.ts';
import { candidates, type MissingVip, rivals, successors, type Unfitness } from './candidates.ts';

/** `missing`: of all directors that answered. `problems`: everything that waits for the operator. */
export function verdictOf(keeper: KeeperSnapshot, missing: readonly MissingVip[], problems: readonly string[]): Verdict {
  const [worst] = keeper.groups
    .map((group) =>
      groupVerdict(
        keeper,
        group,
        missing.filter(({ vrid }) => vrid === group.vrid),
      ),
    )
    .sort((a, b) => severity[b.state] - severity[a.state]);
  if (worst !== undefined && worst.state !== 'protected') return worst;
  if (problems.length === 0) return protectedNow;
  return { state: 'attention', text: `${protectedNow.text}, but something waits for you`, advice: 'see to the problems below' };
}

const severity: Readonly<Record<PairState, number>> = {
  ...{ protected: 0, attention: 1, notRedundant: 2, peerNotHeard: 3, bothActive: 4, nobodyActive: 5 },
};

const protectedNow: Verdict = { state: 'protected', text: 'the pair would survive a failure now', advice: null };

function groupVerdict(keeper: KeeperSnapshot, group: GroupSnapshot, [missing]: readonly MissingVip[]): Verdict {
  if (group.active === undefined) return nobodyActive(keeper, group);
  if (missing !== undefined) return vipMissing(group, missing);
  const [rival] = rivals(keeper, group);
  if (rival !== undefined) return bothActive(group, group.active, rival);
  return successors(keeper, group).length > 0 ? protectedNow : nobodyElse(keeper, group);
}

function nobodyActive(keeper: KeeperSnapshot, group: GroupSnapshot): Verdict {
  const reasons = unfitOnes(keeper, group);
  const waits = reasons.length === 0 ? ': a director is about to take over' : because(reasons);
  const advice = reasons[0]?.advice ?? 'look again in a few seconds; if it stays like this, vspair check on both directors';
  return { state: 'nobodyActive', text: `NOT SERVED: no director is active for ${group.name}${waits}`, advice };
}

const vipMissing = ({ name }: GroupSnapshot, { text, node, dev }: MissingVip): Verdict => ({
  state: 'nobodyActive',
  text: `NOT SERVED: ${node} is active for ${name}, and ${text}`,
  advice: `look at ${dev} and at the log of vspair on ${node}; the address is tried again every second`,
});

const bothActive = ({ name }: GroupSnapshot, active: string, rival: string): Verdict => ({
  state: 'bothActive',
  text: `BOTH ACTIVE: ${active} and ${rival} are active for ${name}`,
  advice: 'look at the heartbeat links: of two that hear each other one yields by itself',
});

function nobodyElse(keeper: KeeperSnapshot, group: GroupSnapshot): Verdict {
  const reasons = unfitOnes(keeper, group);
  return {
    state: keeper.peers.every(({ heard }) => !heard) ? 'peerNotHeard' : 'notRedundant',
    text: `the pair would NOT survive a failure now: nobody could take ${group.name} over${because(reasons)}`,
    advice: reasons[0]?.advice ?? 'add a second director to the configuration',
  };
}

const unfitOnes = (keeper: KeeperSnapshot, group: GroupSnapshot): readonly Unfitness[] =>
  candidates(keeper, group).flatMap(({ unfit }) => unfit ?? []);

const because = (reasons: readonly Unfitness[]): string => (reasons.length === 0 ? '' : `: ${reasons.map(({ why }) => why).join(', ')}`);
