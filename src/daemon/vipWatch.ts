// A backup asks now and then who answers for the virtual IPs on its networks: by the neighbour table, as any client would
// see it. For people only: nothing is decided by it.
import type { NeighbourStatus } from '../control/status.ts';
import type { Fact, Vip } from '../core/types.ts';
import type { FromKeeper } from '../keeper/messages.ts';
import type { VipOwner } from '../neighbour/vipOwner.ts';

export interface VipWatch {
  /** Who is active may have changed: looks soon. */
  noteKeeper(message: FromKeeper): void;
  status(): readonly NeighbourStatus[];
  /** Other virtual IPs from now on. */
  change(vips: readonly Vip[]): void;
  close(): void;
}

export interface VipWatchParts {
  readonly vips: readonly Vip[];
  /** Only a director that does not hold the address can ask who does. */
  readonly holds: (vip: Vip) => Promise<boolean>;
  /** Always resolves, after many seconds perhaps. */
  readonly ownerOf: (address: string) => Promise<VipOwner>;
  readonly report: (now: NeighbourStatus, before: NeighbourStatus | undefined) => void;
}

/** Time for the announcements of a takeover to settle. */
const afterChangeMs = 2_000;
const everyMs = 300_000;
/** Each look starts processes (ping, arp): a few addresses are enough to see a stranger. */
const vipsAtMost = 4;

export function startVipWatch(parts: VipWatchParts): VipWatch {
  let vips = watchable(parts.vips);
  const seen = new Map<string, NeighbourStatus>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let changed = false;
  let closed = false;

  const lookIn = (delayMs: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void look(), delayMs).unref();
  };

  const look = async (): Promise<void> => {
    looking = true;
    changed = false;
    for (const vip of vips) if (!closed) await lookAt(vip);
    looking = false;
    lookIn(nextMs());
  };

  const nextMs = (): number => (changed ? afterChangeMs : everyMs);

  const lookAt = async (vip: Vip): Promise<void> => {
    const before = seen.get(vip.address);
    if (await parts.holds(vip)) {
      if (seen.delete(vip.address)) parts.report({ address: vip.address, dev: vip.dev, mac: undefined, detail: 'held here' }, before);
      return;
    }
    const now = statusOf(vip, await parts.ownerOf(vip.address));
    seen.set(vip.address, now);
    if (now.mac !== before?.mac || now.detail !== before?.detail) parts.report(now, before);
  };

  lookIn(afterChangeMs);
  return {
    noteKeeper(message) {
      if (message.type !== 'fact' || !rolesMayHaveChanged(message.fact)) return;
      changed = true;
      if (!looking) lookIn(afterChangeMs);
    },
    status: () => [...seen.values()],
    change(next) {
      vips = watchable(next);
      for (const address of seen.keys()) if (!vips.some((vip) => vip.address === address)) seen.delete(address);
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const watchable = (vips: readonly Vip[]): readonly Vip[] => vips.filter(({ family }) => family === 4).slice(0, vipsAtMost);

const rolesMayHaveChanged = ({ type }: Fact): boolean => type === 'becameActive' || type === 'becameBackup' || type === 'peerHeard';

const statusOf = ({ address, dev }: Vip, owner: VipOwner): NeighbourStatus =>
  owner.ok ? { address, dev, mac: owner.mac, detail: undefined } : { address, dev, mac: undefined, detail: owner.detail };
