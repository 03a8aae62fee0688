// The rules that directors share among themselves, in real IPVS kernels: the checks are in sharedRules.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './sharedRules.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'sharedRules.ts'), 290_000);
});

// Not by '$title': it would be cut.
for (const { title } of checks) test(title, () => verdicts.demand(title));
