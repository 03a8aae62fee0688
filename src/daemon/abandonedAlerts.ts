// Alerts that wait on the disk for a channel that is not in the configuration any more: nobody will take them, which is told.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelReport } from '../alerts/channelQueue.ts';
import type { Keep } from '../alerts/keep.ts';

export interface AbandonedParts {
  /** Where each channel has a folder. */
  readonly directory: string;
  /** The folders of the channels that there are. */
  readonly inUse: readonly string[];
  readonly openKeep: (channel: string) => Keep;
  readonly report: (report: ChannelReport) => void;
}

/** Of our own making: others are left alone. */
const folderName = /^(?:webhook|email|exec|syslog)-[0-9a-f]{16}$/;

export async function giveUpAbandoned({ directory, inUse, openKeep, report }: AbandonedParts): Promise<void> {
  const folders = await readdir(directory).catch(() => []);
  for (const channel of folders.filter((name) => folderName.test(name) && !inUse.includes(name))) {
    const { events } = await openKeep(channel).load();
    const detail = 'its channel is not in the configuration any more';
    for (const { item } of events) report({ type: 'failed', channel, event: item, attempts: 0, detail });
    await rm(join(directory, channel), { recursive: true, force: true }).catch(() => undefined);
  }
}
