// Runs where IPVS is: the checks of methods.checks.ts, for all forwarding methods in one boot.
import { runChecks } from '../lab/checks.ts';
import { methodChecks } from './methods.checks.ts';

export const checks = [...methodChecks('dr'), ...methodChecks('nat'), ...methodChecks('tun')];

if (import.meta.main) await runChecks(checks);
