// The account of a handover that was given here: what this director knows of it, and what the other one says, brought onto
// one clock.
import { setTimeout as pause } from 'node:timers/promises';
import type { HandoverAccount, HandoverGap, HandoverStep, StepName } from '../control/handover.ts';
import type { Millis, NodeName, Vrid } from '../core/types.ts';
import { messageOf } from '../errors/message.ts';
import type { TakeoverTimeline } from '../keeper/messages.ts';
import { type ClockOffset, compareClocks } from './peerClock.ts';

export interface GivenHandover {
  readonly group: string;
  readonly vrid: Vrid;
  readonly from: NodeName;
  readonly to: NodeName;
  /** On this director's clock. */
  readonly askedAt: Millis;
  /** Undefined when the keeper did not tell it in time. */
  readonly releasedAt: Millis | undefined;
}

/** What the other director is asked for. */
export interface TakerPort {
  now(): Millis;
  clock(): Promise<number>;
  lastTakeover(): Promise<TakeoverTimeline | undefined>;
}

/** Announcing hundreds of virtual IPs goes on after the handover is confirmed. */
const announcedWithinMs = 3_000;
const lookEveryMs = 50;

/** Never rejects: a gap that cannot be measured is said not to be. */
export async function accountOf(given: GivenHandover, taker: TakerPort): Promise<HandoverAccount> {
  const { from, to } = given;
  const own = ownSteps(given);
  try {
    const offset = await compareClocks(
      () => taker.now(),
      () => taker.clock(),
    );
    const theirs = await timelineOf(given, offset, taker);
    if (theirs === undefined) return { from, to, steps: own, gap: null, how: `not measured: ${to} does not tell when it took over` };
    const steps = [...own, ...takerSteps(given, theirs, offset)].sort((a, b) => a.afterMs - b.afterMs);
    return { from, to, steps, gap: gapOf(given, theirs, offset), how };
  } catch (error) {
    return { from, to, steps: own, gap: null, how: `not measured: ${messageOf(error)}` };
  }
}

const how = 'from the moments at which both kernels had done it, on the clocks of both directors, compared over the peer channel';

const stepOf = ({ group, askedAt }: GivenHandover, step: StepName, node: NodeName, at: number): HandoverStep => ({
  ...{ group, step, node },
  afterMs: tidy(at - askedAt),
});

function ownSteps(given: GivenHandover): HandoverStep[] {
  const { from, askedAt, releasedAt } = given;
  const released = releasedAt === undefined ? [] : [stepOf(given, 'released', from, releasedAt)];
  return [stepOf(given, 'asked', from, askedAt), ...released];
}

function takerSteps(given: GivenHandover, theirs: TakeoverTimeline, { offsetMs }: ClockOffset): HandoverStep[] {
  const step = (name: StepName, at: Millis): HandoverStep => stepOf(given, name, given.to, at - offsetMs);
  return [step('ready', theirs.rulesInAt), step('takenOver', theirs.vipAddedAt), step('announced', theirs.announcedAt)];
}

function gapOf({ releasedAt }: GivenHandover, { vipAddedAt }: TakeoverTimeline, { offsetMs, accuracyMs }: ClockOffset): HandoverGap | null {
  if (releasedAt === undefined) return null;
  const without = vipAddedAt - offsetMs - releasedAt;
  return { ms: tidy(Math.max(0, without)), overlapMs: tidy(Math.max(0, -without)), accuracyMs: tidy(accuracyMs) };
}

/** Its timeline is whole once it has announced. An older one is that of another takeover. */
async function timelineOf(
  { askedAt }: GivenHandover,
  { offsetMs, accuracyMs }: ClockOffset,
  taker: TakerPort,
): Promise<TakeoverTimeline | undefined> {
  const deadline = taker.now() + announcedWithinMs;
  for (;;) {
    const told = await taker.lastTakeover();
    if (told !== undefined && told.decidedAt - offsetMs >= askedAt - accuracyMs) return told;
    if (taker.now() > deadline) return undefined;
    await pause(lookEveryMs);
  }
}

const tidy = (ms: number): number => Number(ms.toFixed(3));
