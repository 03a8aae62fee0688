// The channel of keepalived's scripts: a queue of states in memory.
import { access, constants } from 'node:fs/promises';
import type { NotifyTarget } from '../config/alertChannel.ts';
import { fileErrorText } from '../text/file.ts';
import type { Channel, QueueTerms } from './channel.ts';
import { createChannelQueue, type Told } from './channelQueue.ts';
import type { Delivery } from './delivery.ts';
import { callScripts, type StateChange } from './notify.ts';

export interface NotifyChannelOptions extends QueueTerms {
  readonly name: string;
  readonly target: NotifyTarget;
  readonly timeoutMs: number;
}

type ToldState = StateChange & Told;

export function openNotifyChannel({ name, target, timeoutMs, ...terms }: NotifyChannelOptions): Channel {
  const deliver = (change: ToldState, signal: AbortSignal): Promise<Delivery> => callScripts(target, change, timeoutMs, signal);
  const queue = createChannelQueue({ ...terms, name, deliver, disk: undefined });
  let count = 0;
  return {
    name,
    send: () => undefined,
    noteState(change) {
      count += 1;
      queue.add({ ...change, id: `${name}-${count}`, text: `${change.group} ${change.state}` });
    },
    // A script acts on what it is told: it is not called for a state that is not true.
    tryOut: () => canRun(target),
    state: () => queue.state(),
    idle: () => queue.idle(),
    stop: () => queue.stop(),
  };
}

async function canRun({ script, of }: NotifyTarget): Promise<Delivery> {
  for (const one of [script, ...Object.values(of)]) {
    if (one === undefined) continue;
    const [path] = one;
    try {
      await access(path, constants.X_OK);
    } catch (error) {
      return { ok: false, again: false, detail: `${path} cannot be run: ${fileErrorText(error)}` };
    }
  }
  return { ok: true };
}
