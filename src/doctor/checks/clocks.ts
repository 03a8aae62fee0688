// Do the clocks of the directors agree?
import { durationText } from '../../text/duration.ts';
import { type Check, note, ok, type Verdict } from '../check.ts';
import type { DirectorSeen, PeerSeen } from '../seen.ts';
import { notCompared } from '../unseen.ts';

const tolerableMs = 1000;

export const clocks: Check<Pick<DirectorSeen, 'peers'>> = {
  id: 'clocks',
  group: 'pair',
  what: 'the wall clock of each other director',
  why: 'nothing is decided by wall clocks; but times in logs and events of the two sides do not fit together',
  fix: 'timedatectl set-ntp true on both (systemd-timesyncd or chrony)',
  judge: ({ peers }) => peers.map(verdictOn),
};

function verdictOn({ node, status, clock }: PeerSeen): Verdict {
  if (!status.known) return notCompared(`the clock of ${node}`, `${node} does not answer`);
  if (clock === undefined) return notCompared(`the clock of ${node}`, 'its version is too old to tell');
  const { aheadMs, uncertaintyMs } = clock;
  if (Math.abs(aheadMs) <= tolerableMs + uncertaintyMs)
    return ok(`the clock of ${node} is within ${durationText(tolerableMs + uncertaintyMs)} of ours`);
  return note(`the clock of ${node} is ${durationText(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`);
}
