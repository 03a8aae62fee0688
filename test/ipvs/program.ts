// Runs where IPVS is: all checks of this folder, and what doctor sees of the kernel, in one boot.
import { type Check, runChecks } from '../lab/checks.ts';
import { checks as doctorChecks } from '../observe/kernel.checks.ts';
import { driftChecks } from './drift.checks.ts';
import { checks as reconcilerChecks } from './reconciler.checks.ts';
import { checks as releaseChecks } from './release.checks.ts';
import { checks as settingsChecks } from './settings.checks.ts';
import { checks as tableChecks } from './table.checks.ts';

export const checks: readonly Check[] = [
  ...tableChecks,
  ...reconcilerChecks,
  ...driftChecks,
  ...settingsChecks,
  ...releaseChecks,
  ...doctorChecks,
];

if (import.meta.main) await runChecks(checks);
