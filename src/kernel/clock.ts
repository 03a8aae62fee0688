// The keeper's clock. It goes on while the machine sleeps, so a director that slept past its peer's patience knows it.
import { millis } from '../core/types.ts';
import type { Clock } from '../keeper/ports.ts';
import { clockMillis } from './syscalls.ts';

const CLOCK_BOOTTIME = 7;

export const bootClock = (): Clock => ({ now: () => millis(clockMillis(CLOCK_BOOTTIME)) });
