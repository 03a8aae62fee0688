// What the alerts keep on disk, as a port: the daemon brings the disk. Nothing waits for it: an alert is told though it
// could not be saved.
import type { DirectorEvent } from '../events/event.ts';
import type { Numbered, QueueDisk } from './channelQueue.ts';
import type { TroublesTold } from './troublesTold.ts';

/** Of one channel. None of these throws. */
export interface Keep {
  readonly queue: QueueDisk<DirectorEvent>;
  /** The events that were not told, in order, and what was told of troubles. */
  load(): Promise<{ readonly events: readonly Numbered<DirectorEvent>[]; readonly troubles: TroublesTold }>;
  saveTroubles(troubles: TroublesTold): Promise<void>;
}

/** `channel`: a name for a file, the same as long as the channel has the same receiver. */
export type OpenKeep = (channel: string) => Keep;
