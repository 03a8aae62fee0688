// Imports and exports in a real kernel, beside keepalived and ipvsadm: the checks are in kernel.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { ensurePackages } from '../lab/packages.ts';
import { fetchSamples } from './files.ts';
import { checks } from './kernel.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  ensurePackages('bench');
  fetchSamples();
  verdicts = await checksOf(join(import.meta.dirname, 'kernel.ts'), 290_000);
});

// Not by '$title': it would be cut.
for (const { title } of checks) test(title, () => verdicts.demand(title));
