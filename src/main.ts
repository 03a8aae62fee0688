#!/usr/bin/env node
// The entry of the `vspair` command. The daemon's process starts itself again, so it does that before it loads the rest.
import { complaintAboutNode } from './cli/nodeVersion.ts';
import { collectGarbageAlone } from './daemon/garbageCollection.ts';

const complaint = complaintAboutNode(process.version, process.execPath);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exit(1);
}
if (process.argv[2] === 'run') collectGarbageAlone();
await import('./cli/program.ts');
