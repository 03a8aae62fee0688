// The verdict on what could not be looked at: never silence, and never "all right".
import { note, type Verdict } from './check.ts';

export const notSeen = ({ why }: { readonly why: string }, what = 'not looked at'): Verdict =>
  note(`${what}: ${why}`, { why: 'so nothing is known of it', fix: 'run vspair doctor as root on this director' });

/** `what` is of another director, and could not be asked for. */
export const notCompared = (what: string, why: string): Verdict =>
  note(`${what} was not compared: ${why}`, { why: 'so nothing is known of it', fix: 'see the finding on the peer channel' });
