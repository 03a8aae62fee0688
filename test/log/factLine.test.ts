import { expect, test } from 'vitest';
import { type ActiveReason, type BackupReason, type Evidence, type Fact, millis } from '../../src/core/types.ts';
import type { FromKeeper } from '../../src/keeper/messages.ts';
import { factLine, keeperLines } from '../../src/log/factLine.ts';

const groups = new Map([[51, 'web']]);
const evidence: Evidence = { active: 'vs1', lastHeardAgo: millis(361.2), activeDownInterval: millis(360.9375), late: millis(0.3) };
const active = (reason: ActiveReason, more: Partial<Evidence> = {}): Fact => ({
  type: 'becameActive',
  vrid: 51,
  reason,
  evidence: { ...evidence, ...more },
});
const backup = (reason: BackupReason): Fact => ({ type: 'becameBackup', vrid: 51, reason, to: 'vs1' });
const said = (fact: Fact): string => {
  const { level, message } = factLine(fact, groups);
  return `${level} ${message}`;
};

test.each<[Fact, string]>([
  [active('active-down'), 'warn web (VRID 51): ACTIVE: vs1 not heard for 361 ms (limit 360.9 ms)'],
  [
    active('active-down', { late: millis(42) }),
    'warn web (VRID 51): ACTIVE: vs1 not heard for 361 ms (limit 360.9 ms); noticed 42 ms late',
  ],
  [active('active-down', { active: undefined }), 'warn web (VRID 51): ACTIVE: no active director heard (limit 360.9 ms)'],
  [active('active-left'), 'info web (VRID 51): ACTIVE: vs1 left'],
  [active('handover'), 'info web (VRID 51): ACTIVE: vs1 handed over'],
  [active('preempted'), 'info web (VRID 51): ACTIVE: ranks above vs1'],
  [active('adopted', { active: undefined }), 'info web (VRID 51): ACTIVE: held the virtual IPs already, and nobody else is active'],
  [backup('started'), 'info web (VRID 51): BACKUP: started'],
  [backup('outranked'), 'warn web (VRID 51): BACKUP: vs1 ranks higher'],
  [backup('handed-over'), 'info web (VRID 51): BACKUP: vs1 took over'],
  [backup('called-off'), 'warn web (VRID 51): BACKUP: handover called off, vs1 stays active'],
  [backup('rules-not-in'), 'error web (VRID 51): BACKUP: the rules that were being loaded are not ready any more'],
  [backup('stalled'), 'error web (VRID 51): BACKUP: this director stood still for so long that another may have taken over'],
  [backup('not-heard-by-active'), 'error web (VRID 51): BACKUP: vs1 is active and does not hear this director'],
  [backup('active-elsewhere'), 'info web (VRID 51): BACKUP: vs1 is active'],
  [backup('recovered'), 'info web (VRID 51): BACKUP: fault gone'],
  [backup('maintenance-ended'), 'info web (VRID 51): BACKUP: maintenance is off'],
  [{ type: 'enteredFault', vrid: 51, reason: 'link-down', detail: 'eth0' }, 'error web (VRID 51): FAULT: link eth0 is down'],
  [
    { type: 'enteredFault', vrid: 51, reason: 'kernel-write-failed', detail: '10.0.0.1: EPERM' },
    'error web (VRID 51): FAULT: the kernel refused: 10.0.0.1: EPERM',
  ],
  [{ type: 'enteredMaintenance', vrid: 51 }, 'info web (VRID 51): MAINTENANCE: takes nothing over until maintenance is off'],
  [{ type: 'stopped', vrid: 51, released: true }, 'info web (VRID 51): stopped, virtual IPs released'],
  [{ type: 'stopped', vrid: 51, released: false }, 'info web (VRID 51): stopped, virtual IPs left in place for the next start'],
  [{ type: 'handoverStarted', vrid: 51, to: 'vsbak', id: 1 }, 'info web (VRID 51): handing over to vsbak'],
  [{ type: 'handoverCompleted', vrid: 51, to: 'vsbak', id: 1, took: millis(3.25) }, 'info web (VRID 51): handed over to vsbak in 3.3 ms'],
  [{ type: 'handoverCalledOff', vrid: 51, to: 'vsbak', id: 1 }, 'warn web (VRID 51): handover to vsbak called off: it did not confirm'],
  [
    { type: 'takeoverWithheld', vrid: 51 },
    'error web (VRID 51): the active is gone, but there are no rules here to serve with: taking over when they are in',
  ],
  [{ type: 'bothActive', vrid: 51, peer: 'vsbak' }, 'error web (VRID 51): vsbak is active too'],
  [{ type: 'peerHeard', peer: 'vsbak' }, 'info vsbak is heard'],
  [{ type: 'peerLost', peer: 'vsbak', lastHeardAgo: millis(301) }, 'warn vsbak not heard for 301 ms'],
])('a fact is one sentence for an operator: %#', (fact, sentence) => {
  expect(said(fact)).toBe(sentence);
});

test.each<[FromKeeper, readonly string[]]>([
  [{ type: 'ready', realtime: 'SCHED_FIFO 50' }, ['keeper: ready, real-time scheduling: SCHED_FIFO 50']],
  [
    {
      type: 'takeover',
      timeline: { vrid: 51, decidedAt: millis(1000), rulesInAt: millis(1000.1234), vipAddedAt: millis(1000.5), announcedAt: millis(1001) },
    },
    ['web (VRID 51): rules in after 0.12 ms, virtual IPs added after 0.5 ms, announced after 1 ms'],
  ],
  [
    {
      type: 'kernelFailures',
      failures: [
        { object: '10.0.0.1/24 dev eth0', attempt: 'add address', errno: 'EPERM' },
        { object: 'tcp 10.0.0.1:80', attempt: 'add', errno: 'ENOENT' },
      ],
    },
    ['kernel: cannot add address 10.0.0.1/24 dev eth0: EPERM', 'kernel: cannot add tcp 10.0.0.1:80: ENOENT'],
  ],
  [
    { type: 'vipRestored', vrid: 51, address: '10.0.0.1', dev: 'eth0' },
    ['web (VRID 51): 10.0.0.1 dev eth0 was removed by somebody else, and added again'],
  ],
  [{ type: 'dropped', cause: 'wrong-key', count: 1, from: '10.0.0.3' }, ['dropped an advert with a wrong key, from 10.0.0.3']],
  [{ type: 'dropped', cause: 'stale', count: 12, from: '10.0.0.3' }, ['dropped 12 adverts older than one already heard, from 10.0.0.3']],
  [{ type: 'incarnationRaised', incarnation: 7 }, ['incarnation raised to 7: the peers remember a later start than this disk']],
  [{ type: 'maintenanceChanged', on: true }, ['maintenance on']],
  [{ type: 'exited' }, ['keeper: ended']],
  [{ type: 'answer', requestId: 1, outcome: { ok: true, detail: '' } }, []],
  [{ type: 'peerMark', mark: { node: 'vsbak', incarnation: 1, sequence: 1 } }, []],
])('the keeper’s messages are lines, or none when they are no news: %#', (message, lines) => {
  expect(keeperLines(message, groups).map((line) => line.message)).toEqual(lines);
});

test('the fields say the same to a machine', () => {
  expect(factLine(active('active-down'), groups).fields).toEqual({
    type: 'becameActive',
    vrid: 51,
    group: 'web',
    reason: 'active-down',
    evidence,
  });
});
