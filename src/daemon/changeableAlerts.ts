// Alerts whose channels a reload may change: what waits on the disk for a channel that stays goes on there, and what happens
// while the one set gives way to the other waits for the new one.
import type { Alerts } from '../alerts/alerts.ts';
import type { AlertChannel } from '../config/alertChannel.ts';
import { canonicalJson } from '../text/canonicalJson.ts';

export interface ChangeableAlerts extends Alerts {
  change(channels: readonly AlertChannel[]): void;
}

/** Two sets must not send the same file: the old one gives up what it is at, which the new one begins again. */
const noGraceMs = 0;

export function changeableAlerts(first: readonly AlertChannel[], open: (channels: readonly AlertChannel[]) => Alerts): ChangeableAlerts {
  let channels = first;
  let alerts = open(first);
  let changing: Promise<void> = Promise.resolve();
  let changes = 0;

  const later = (act: (alerts: Alerts) => void): void => {
    if (changes > 0) void changing.then(() => act(alerts));
    else act(alerts);
  };

  const replace = async (next: readonly AlertChannel[]): Promise<void> => {
    await alerts.close(noGraceMs);
    alerts = open(next);
    changes -= 1;
  };

  return {
    change(next) {
      if (canonicalJson(next) === canonicalJson(channels)) return;
      channels = next;
      changes += 1;
      changing = changing.then(() => replace(next));
    },
    send: (event) => later((now) => now.send(event)),
    noteState: (change) => later((now) => now.noteState(change)),
    tryOut: (event, which) => changing.then(() => alerts.tryOut(event, which)),
    state: () => alerts.state(),
    close: (graceMs) => changing.then(() => alerts.close(graceMs)),
  };
}
