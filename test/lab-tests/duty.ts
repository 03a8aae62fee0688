// Runs where IPVS is: the checks of duty.checks.ts and cold.checks.ts in one boot.
import { runChecks } from '../lab/checks.ts';
import { coldChecks } from './cold.checks.ts';
import { dutyChecks } from './duty.checks.ts';

export const checks = [...dutyChecks, ...coldChecks];

if (import.meta.main) await runChecks(checks);
