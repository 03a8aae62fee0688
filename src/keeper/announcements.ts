// What is announced when: each group's virtual IPs in slices, and the moment at which all of a takeover are out.
import type { GroupSpec, Vrid } from '../core/types.ts';
import { createAnnouncer } from './announcer.ts';
import type { FailureLog } from './failureLog.ts';
import type { KeeperPorts } from './ports.ts';
import type { Story } from './story.ts';
import type { VipOfGroup } from './vips.ts';

export interface Announcements {
  /** Puts the virtual IPs of the group in line. `isComplete`: the kernel holds them all, so that the takeover ends with them. */
  begin(group: GroupSpec, isComplete: boolean): void;
  /** Puts single ones in line again. */
  repeat(vips: readonly VipOfGroup[]): void;
  /** Announces one slice of what was put in line since the last call, of however many groups it is. */
  announceWaiting(): void;
  announceSlice(): void;
  waits(): boolean;
}

export interface AnnouncementsParts {
  readonly ports: KeeperPorts;
  readonly story: Story;
  readonly failures: FailureLog;
  /** Each address is looked at once more: it may have been given up since it was put in line. */
  readonly mayAnnounce: (one: VipOfGroup) => boolean;
}

export function createAnnouncements({ ports, story, failures, mayAnnounce }: AnnouncementsParts): Announcements {
  const line = createAnnouncer((vip) => ports.kernel.announce(vip));
  const underWay = new Set<Vrid>();
  let grew = false;

  const announceSlice = (): void => {
    failures.note(line.slice(mayAnnounce));
    for (const vrid of underWay) if (!line.waitsFor(vrid)) finish(vrid);
  };

  const finish = (vrid: Vrid): void => {
    underWay.delete(vrid);
    story.mark(vrid, 'announcedAt', ports.clock.now());
    const timeline = story.takeFinished(vrid);
    if (timeline !== undefined) ports.report({ type: 'takeover', timeline });
  };

  return {
    begin({ vrid, vips }, isComplete) {
      line.enqueue(vips.map((vip) => ({ vrid, vip })));
      if (isComplete) underWay.add(vrid);
      grew = true;
    },
    repeat: (vips) => line.enqueue(vips),
    announceWaiting() {
      if (grew) announceSlice();
      grew = false;
    },
    announceSlice,
    waits: () => line.waits(),
  };
}
