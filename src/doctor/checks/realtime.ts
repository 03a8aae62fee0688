// Was the keeper's thread granted real-time scheduling?
import { type Check, ok, type Verdict, warning } from '../check.ts';
import type { MachineSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

export const realtime: Check<Pick<MachineSeen, 'daemon' | 'kernel'>> = {
  id: 'realtime',
  group: 'daemon',
  what: 'real-time scheduling of the thread that sends adverts and takes over',
  why: 'load on this machine makes adverts late; the peer then takes over from a director that works',
  fix: 'give the daemon CAP_SYS_NICE, and take RestrictRealtime out of its unit; then restart it',
  judge({ daemon, kernel }) {
    if (daemon.state === 'running') return [granted(daemon.report.self.keeper.realtime)];
    // 0 forbids real-time scheduling to everybody.
    return kernel.sysctl('kernel/sched_rt_runtime_us') === '0'
      ? [warning('kernel.sched_rt_runtime_us is 0', { fix: 'sysctl -w kernel.sched_rt_runtime_us=950000' })]
      : [notSeen({ why: 'only a running daemon knows' })];
  },
};

const granted = (outcome: string): Verdict =>
  outcome.startsWith('SCHED_') ? ok(`the keeper runs as ${outcome}`) : warning(`real-time scheduling of the keeper: ${outcome}`);
