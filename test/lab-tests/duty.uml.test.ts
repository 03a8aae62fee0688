// The product in a real IPVS kernel, through mistakes and losses: the checks are in duty.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './duty.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'duty.ts'), 290_000);
});

// Not by '$title': it would be cut.
for (const { title } of checks) test(title, () => verdicts.demand(title));
