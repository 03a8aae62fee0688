// The kernel's connection synchronisation: both halves run on every director all the time. Only the active has
// connections to tell of, so which half matters follows the virtual IPs by itself, with no transition to forget.
import type { SyncConfig } from '../config/config.ts';
import type { KernelFailure } from '../keeper/ports.ts';
import type { Ipvs } from '../kernel/ipvs.ts';

export function keepConnectionsInSync(
  ipvs: Pick<Ipvs, 'startSync'>,
  sync: SyncConfig | undefined,
  report: (failures: readonly KernelFailure[]) => void,
): void {
  if (sync === undefined) return;
  try {
    const failures = (['master', 'backup'] as const).map((role) => ipvs.startSync({ role, dev: sync.dev, syncId: sync.syncId }));
    report(failures.filter((failure) => failure !== undefined));
  } catch (error) {
    report([{ object: `connection sync on ${sync.dev}`, attempt: 'start', errno: error instanceof Error ? error.message : String(error) }]);
  }
}
