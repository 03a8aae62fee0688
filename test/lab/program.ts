// The program that the lab's directors run: bundled, as operators have it. From the sources a start takes many times as
// long, and in a guest that decides which director is active.
import { join } from 'node:path';
import { collectionFlags } from '../../src/daemon/garbageCollection.ts';
import { bundle } from '../../src/packaging/bundle.ts';

const directory = join(import.meta.dirname, '../../dist');

/** With the flags that it would start itself again for (src/daemon/garbageCollection.ts). */
export const program: readonly string[] = [process.execPath, ...collectionFlags, join(directory, 'vspair.js')];

/** Before the first director starts; the sources may have changed since the last time. */
export async function buildProgram(): Promise<void> {
  await bundle(directory);
}

/** What vitest calls before all tests. */
export default buildProgram;
