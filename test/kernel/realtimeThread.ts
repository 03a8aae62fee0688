// A thread that asks for real-time scheduling and tells what came of it: the words, and its policy by the kernel's account.
import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { requestRealtime } from '../../src/kernel/realtime.ts';

const words = requestRealtime();
parentPort?.postMessage({ words, policy: policyOf('/proc/thread-self/stat') });

function policyOf(path: string): string {
  // proc(5): the policy is field 41; the name of the thread, field 2, may hold spaces.
  const [, fields = ''] = readFileSync(path, 'utf8').split(') ');
  return fields.split(' ')[41 - 3] ?? '';
}
