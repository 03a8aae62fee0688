// Runs where IPVS is: the checks of duty.checks.ts.
import { runChecks } from '../lab/checks.ts';
import { dutyChecks } from './duty.checks.ts';

export const checks = dutyChecks;

if (import.meta.main) await runChecks(checks);
