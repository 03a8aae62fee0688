// The product in a real IPVS kernel, by each forwarding method: the checks are in methods.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './methods.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'methods.ts'), 290_000);
});

// Not by '$title': it would be cut.
for (const { title } of checks) test(title, () => verdicts.demand(title));
