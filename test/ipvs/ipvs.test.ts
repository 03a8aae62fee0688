// The rules in a real IPVS kernel: the checks are in table.checks.ts, reconciler.checks.ts and drift.checks.ts.
import { join } from 'node:path';
import { beforeAll, test } from 'vitest';
import { checksOf, type Verdicts } from '../lab/checks.ts';
import { checks } from './program.ts';

let verdicts: Verdicts;
beforeAll(async () => {
  verdicts = await checksOf(join(import.meta.dirname, 'program.ts'), 290_000);
});

test.each(checks)('$title', ({ title }) => verdicts.demand(title));
