// The program that the lab's directors run: bundled, as operators have it. From the sources a start takes many times as
// long, and in a guest that decides which director is active.
import { join } from 'node:path';
import { bundle } from '../../src/packaging/bundle.ts';

const directory = join(import.meta.dirname, '../../dist');

/** With the flag that an installed one is started with (src/daemon/garbageCollection.ts), which spares it a second start. */
export const program: readonly string[] = [process.execPath, '--single-threaded-gc', join(directory, 'vspair.js')];

/** Before the first director starts; the sources may have changed since the last time. */
export async function buildProgram(): Promise<void> {
  await bundle(directory);
}

/** What vitest calls before all tests. */
export default buildProgram;
