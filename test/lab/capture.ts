// Packets on one device of one host, with the kernel's time stamps, as they pass: what really was on the wire, and when.
import { EventEmitter } from 'node:events';
import { type Frame, frameOf } from './frame.ts';
import type { Device, Host } from './host.ts';
import { pcapReader } from './pcap.ts';
import { within } from './within.ts';

export interface Capture {
  /** All frames so far, oldest first. */
  readonly frames: readonly Frame[];
  /** The first frame, captured already or still to come, of which the predicate is true. */
  frame(matches: (frame: Frame) => boolean, timeoutMs?: number): Promise<Frame>;
  stop(): Promise<readonly Frame[]>;
}

/** Resolves when the capture has begun. The filter is tcpdump's; frames in both directions are taken. */
export async function startCapture(host: Host, filter: string, dev: Device = host.leg().dev): Promise<Capture> {
  const read = pcapReader();
  const frames: Frame[] = [];
  const captured = new EventEmitter<{ frame: [Frame] }>().setMaxListeners(0);
  const onBytes = (bytes: Buffer): void => {
    for (const packet of read(bytes)) {
      const frame = frameOf(packet);
      frames.push(frame);
      captured.emit('frame', frame);
    }
  };
  const argv = ['tcpdump', '-i', dev, '-n', '-Z', 'root', '--immediate-mode', '-U', '-w', '-', filter];
  const process = host.spawn(argv, { onBytes });
  await process.line(/listening on/);
  return {
    frames,
    frame: (matches, timeoutMs = 10_000) =>
      within(
        timeoutMs,
        () => `no such frame on ${host.name} ${dev} (${filter}), of ${frames.length}`,
        new Promise((resolve) => {
          const look = (frame: Frame): void => {
            if (matches(frame)) resolve(frame);
          };
          frames.forEach(look);
          captured.on('frame', look);
        }),
      ),
    async stop() {
      await process.stop();
      return frames;
    },
  };
}
