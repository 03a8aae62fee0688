#!/usr/bin/env node
// The entry of the `vspair` command. The daemon's process starts itself again, so it does that before it loads the rest.
import { collectGarbageAlone } from './daemon/garbageCollection.ts';

if (process.argv[2] === 'run') collectGarbageAlone();
await import('./cli/program.ts');
