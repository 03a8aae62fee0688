// Runs where IPVS is: the whole table in one boot.
import { runChecks } from '../lab/checks.ts';
import { checks } from './sameAsIpvsadm.checks.ts';

export { checks };

if (import.meta.main) await runChecks(checks);
