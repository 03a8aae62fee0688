import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChannelReport } from '../../src/alerts/channelQueue.ts';
import { giveUpAbandoned } from '../../src/daemon/abandonedAlerts.ts';
import { alertsDirectory, openAlertsKeep } from '../../src/daemon/alertsKeep.ts';
import { takeover } from '../alerts/events.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'vspair-abandoned-'));
});
afterEach(() => rm(stateDir, { recursive: true }));

test('what waits for a channel that is gone is told and removed; other channels and folders are left alone', async () => {
  const openKeep = openAlertsKeep(stateDir, ({ detail }) => {
    throw new Error(detail);
  });
  const [gone, stays] = ['webhook-0123456789abcdef', 'exec-0123456789abcdef'];
  for (const channel of [gone, stays]) await openKeep(channel).queue.add({ number: 1, item: takeover() });
  const directory = alertsDirectory(stateDir);
  await mkdir(join(directory, 'of an operator'));
  const reports: ChannelReport[] = [];
  await giveUpAbandoned({ directory, inUse: [stays], openKeep, report: (report) => reports.push(report) });
  expect(reports).toMatchObject([{ type: 'failed', channel: gone, event: { text: takeover().text }, attempts: 0 }]);
  expect((await readdir(directory)).toSorted()).toEqual([stays, 'of an operator']);
});
