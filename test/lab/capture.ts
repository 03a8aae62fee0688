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
  /** Throws when the kernel dropped any: what a test does not find must not have been there. */
  stop(): Promise<readonly Frame[]>;
}

// In immediate mode the kernel's ring has slots of the snap length. At tcpdump's own sizes there are 32 of them, and of a
// burst the rest is lost.
const snapLength = 2048;
const bufferKiB = 16_384;

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
  const options = ['-i', dev, '-n', '-Z', 'root', '--immediate-mode', '-s', snapLength, '-B', bufferKiB, '-U', '-w', '-'].map(String);
  const argv = ['tcpdump', ...options, filter];
  const process = host.observe(argv, { onBytes });
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
      const dropped = /^(\d+) packets? dropped by kernel/m.exec(process.output)?.[1];
      if (dropped !== '0')
        throw new Error(`capture on ${host.name} ${dev}: the kernel dropped ${dropped ?? 'an unknown number of'} packets`);
      return frames;
    },
  };
}
