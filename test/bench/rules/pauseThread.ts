// Stands in for the keeper: a thread at real-time priority that wants to wake up every other millisecond, and knows by how
// much it was late. Told anything, it says the longest pause since it was told last.
import { parentPort } from 'node:worker_threads';
import { requestRealtime } from '../../../src/kernel/realtime.ts';
import { labNow } from '../../lab/clock.ts';

const everyMs = 2;

let longest = 0;
let due = labNow() + everyMs;

function turn(): void {
  longest = Math.max(longest, labNow() - due);
  due = labNow() + everyMs;
  setTimeout(turn, everyMs);
}

parentPort?.on('message', () => {
  parentPort?.postMessage(longest);
  longest = 0;
});
requestRealtime();
turn();
