// The lab's networks carry each forwarding method in a real IPVS kernel: the checks are in forwarding.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from './checks.ts';
import { checks } from './forwarding.checks.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'forwarding.checks.ts'), 120_000);
});

test.each(checks)('$title', ({ title }) => verdicts.demand(title));
