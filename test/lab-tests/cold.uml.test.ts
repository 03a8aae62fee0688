// The product in a real IPVS kernel, on cold standby: the checks are in cold.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './cold.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'cold.ts'), 290_000);
});

// Not by '$title': it would be cut.
for (const { title } of checks) test(title, () => verdicts.demand(title));
