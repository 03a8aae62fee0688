// Runs where IPVS is: the checks of kernel.checks.ts in one boot.
import { runChecks } from '../lab/checks.ts';
import { checks } from './kernel.checks.ts';

export { checks };

if (import.meta.main) await runChecks(checks);
