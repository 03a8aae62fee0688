// The kernel's clocks. The keeper's goes on while the machine sleeps, so a director that slept past its peer's patience
// knows it.
import { millis } from '../core/types.ts';
import type { Clock } from '../keeper/ports.ts';
import { clockMillis } from './syscalls.ts';

const CLOCK_MONOTONIC = 1;
const CLOCK_BOOTTIME = 7;

export const bootClock = (): Clock => ({ now: () => millis(clockMillis(CLOCK_BOOTTIME)) });

/** The clock by which systemd orders what it hears of a service. */
export const monotonicMillis = (): number => clockMillis(CLOCK_MONOTONIC);
