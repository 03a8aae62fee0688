// As much of the main thread as a keeper depends on: it writes down what must survive, and brings the rules.
import type { NodeName, RulesMark } from '../../src/core/types.ts';
import type { FromKeeper, PeerMark, ToKeeper } from '../../src/keeper/messages.ts';
import type { CompiledRules } from '../../src/keeper/ports.ts';
import type { Observe } from './happening.ts';
import type { Setup } from './setup.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualKernel } from './virtualKernel.ts';

/** What survives a restart, unless the state directory is lost. */
export interface Disk {
  incarnation: number;
  maintenance: boolean;
  /** 0 for none. */
  rulesRevision: number;
  marks: Map<NodeName, PeerMark>;
}

export const emptyDisk = (): Disk => ({ incarnation: 0, maintenance: false, rulesRevision: 0, marks: new Map() });
export const markOf = (revision: number, ready: boolean): RulesMark => ({
  revision,
  digest: revision.toString(16).padStart(16, '0'),
  ready,
});

export interface MainThread {
  readonly hear: (message: FromKeeper) => void;
  /** Brings the newest rules on disk into the kernel, or has the keeper do so when it takes over. */
  readonly compileRules: () => void;
}

export interface MainThreadParts {
  readonly node: NodeName;
  readonly setup: Setup;
  readonly timeline: Timeline;
  readonly observe: Observe;
  readonly disk: Disk;
  readonly kernel: VirtualKernel;
  readonly isAlive: () => boolean;
  readonly command: (message: ToKeeper) => void;
  readonly exited: () => void;
}

const rulesRetry = 500;

export function createMainThread(parts: MainThreadParts): MainThread {
  const { node, setup, timeline, observe, disk, kernel } = parts;

  const compileRules = (): void => {
    if (!parts.isAlive() || disk.rulesRevision === 0) return;
    const revision = disk.rulesRevision;
    const differs = kernel.rulesRevision !== revision;
    if (setup.standby === 'warm' && differs && kernel.writeRules(batchOf(revision, setup.rulesRequests)).length > 0) {
      timeline.at(timeline.now + rulesRetry, compileRules);
      return;
    }
    const batch = batchOf(revision, setup.standby === 'cold' && differs ? setup.rulesRequests : 0);
    parts.command({ type: 'rules', mark: markOf(revision, true), batch });
  };

  return {
    compileRules,
    hear(message) {
      switch (message.type) {
        case 'fact':
          observe({ type: 'fact', node, fact: message.fact });
          return;
        case 'answer':
          observe({ type: 'answered', node, requestId: message.requestId, outcome: message.outcome });
          return;
        case 'peerMark':
          disk.marks.set(message.mark.node, message.mark);
          return;
        case 'incarnationRaised':
          disk.incarnation = message.incarnation;
          observe({ type: 'reported', node, message });
          return;
        case 'maintenanceChanged':
          disk.maintenance = message.on;
          return;
        case 'exited':
          parts.exited();
          return;
        case 'ready':
        case 'takeover':
        case 'kernelFailures':
        case 'vipRestored':
        case 'snapshot':
        case 'pong':
        case 'dropped':
          observe({ type: 'reported', node, message });
      }
    },
  };
}

/** Each request is a byte long: what it says is of no interest here. */
function batchOf(revision: number, requests: number): CompiledRules {
  const labels = new Array<string>(requests).fill(`a part of revision ${revision}`);
  return { revision, digest: markOf(revision, true).digest, messages: new Uint8Array(requests), labels };
}
