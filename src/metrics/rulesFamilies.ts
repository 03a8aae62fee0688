// Metrics of the rules: which revision, whether the kernel has it, and whether somebody else changed it.
import { asNumber, type Family, gauge, only, seconds } from './family.ts';

export const rulesFamilies: readonly Family[] = [
  gauge('vspair_rules_revision', [], 'The newest revision of the rules that this director knows; 0 for none.', (seen) =>
    only(seen.newestRevision),
  ),
  gauge('vspair_rules_applied_revision', [], 'The revision that the kernel was last brought to, or that is ready for a takeover.', (seen) =>
    only(seen.daemon.rules.revision),
  ),
  gauge('vspair_rules_ready', [], 'Whether the kernel has the rules, or will have them before the virtual IPs.', ({ keeper }) =>
    only(asNumber(keeper.rules.ready)),
  ),
  gauge('vspair_rules_services', [], 'Virtual services of the rules.', ({ daemon }) => only(daemon.rules.services)),
  gauge('vspair_rules_servers', [], 'Real servers of the rules, counted once for each service.', ({ daemon }) =>
    only(daemon.rules.servers),
  ),
  gauge('vspair_rules_errors', [], 'Items that the kernel refused, and reasons why the newest rules are not in use.', ({ daemon }) =>
    only(daemon.rules.errors.length),
  ),
  gauge('vspair_rules_drift', [], 'Differences by somebody else that still stand in the kernel.', ({ daemon }) =>
    only(daemon.rules.drift.length),
  ),
  gauge('vspair_rules_draining_servers', [], 'Servers that the rules have lost and that keep their connections for now.', ({ daemon }) =>
    only(daemon.rules.draining.length),
  ),
  gauge('vspair_rules_last_reconcile_timestamp_seconds', [], "When the kernel's table was last compared with the rules.", ({ daemon }) =>
    only(daemon.rules.comparedAt === undefined ? undefined : seconds(daemon.rules.comparedAt)),
  ),
  gauge('vspair_ipvs_settings_refused', [], 'Settings of IPVS that the kernel does not take: sysctls, timeouts, synchronisation.', (seen) =>
    only(seen.daemon.settingsRefused.length),
  ),
];
