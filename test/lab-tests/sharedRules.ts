// Runs where IPVS is: the checks of sharedRules.checks.ts.
import { runChecks } from '../lab/checks.ts';
import { sharedRulesChecks } from './sharedRules.checks.ts';

export const checks = sharedRulesChecks;

if (import.meta.main) await runChecks(checks);
