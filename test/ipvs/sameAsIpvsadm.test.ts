// All that IPVS can be told, told by us and by ipvsadm: the checks are in sameAsIpvsadm.checks.ts, the rows in table.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './sameAsIpvsadm.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'sameAsIpvsadm.ts'), 280_000);
});

// Whole titles, which test.each would cut: printed one below the other they are the table.
for (const { title } of checks) test(title, () => verdicts.demand(title));
