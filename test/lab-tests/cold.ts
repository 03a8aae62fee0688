// Runs where IPVS is: the checks of cold.checks.ts.
import { runChecks } from '../lab/checks.ts';
import { coldChecks } from './cold.checks.ts';

export const checks = coldChecks;

if (import.meta.main) await runChecks(checks);
