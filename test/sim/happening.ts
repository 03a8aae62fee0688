// All that can be seen of a simulation from outside. The trace prints these, the invariants judge them; both stand on
// what a director does (its datagrams, its kernel calls, what it reports), never on what it thinks.
import type { Advert, Fact, NodeName, Outcome, Vip } from '../../src/core/types.ts';
import type { FromKeeper, ToKeeper } from '../../src/keeper/messages.ts';
import type { AddressState, CompiledRules } from '../../src/keeper/ports.ts';

export type Happening =
  | { readonly type: 'processStarted'; readonly node: NodeName; readonly incarnation: number; readonly maintenance: boolean }
  /** `exit`: by its own decision. `crash`: killed; the kernel keeps what it has. */
  | { readonly type: 'processEnded'; readonly node: NodeName; readonly how: 'exit' | 'crash' }
  | { readonly type: 'hostCrashed'; readonly node: NodeName }
  | { readonly type: 'hostBooted'; readonly node: NodeName }
  /** The state directory is gone: incarnation, marks, maintenance and rules are forgotten. */
  | { readonly type: 'diskLost'; readonly node: NodeName }
  | { readonly type: 'paused'; readonly node: NodeName; readonly forMs: number }
  | { readonly type: 'resumed'; readonly node: NodeName }
  /** The keeper looked at everything that had come in and at its timers. */
  | { readonly type: 'woke'; readonly node: NodeName }
  | { readonly type: 'fact'; readonly node: NodeName; readonly fact: Fact }
  | { readonly type: 'reported'; readonly node: NodeName; readonly message: FromKeeper }
  | { readonly type: 'commanded'; readonly node: NodeName; readonly message: ToKeeper }
  | { readonly type: 'answered'; readonly node: NodeName; readonly requestId: number; readonly outcome: Outcome }
  | { readonly type: 'sent'; readonly packet: Packet }
  | { readonly type: 'lost'; readonly packet: Packet; readonly why: string }
  /** Drained from the socket and given to the keeper. */
  | { readonly type: 'received'; readonly packet: Packet }
  | { readonly type: 'addressAdded'; readonly node: NodeName; readonly address: AddressState; readonly by: Doer }
  | { readonly type: 'addressRemoved'; readonly node: NodeName; readonly address: AddressState; readonly by: Doer }
  | { readonly type: 'announced'; readonly node: NodeName; readonly address: Pick<Vip, 'address' | 'dev'>; readonly failed: boolean }
  /** A piece of a batch that more pieces follow. */
  | { readonly type: 'rulesLoading'; readonly node: NodeName; readonly batch: CompiledRules }
  | { readonly type: 'rulesLoaded'; readonly node: NodeName; readonly batch: CompiledRules; readonly failed: boolean }
  | { readonly type: 'kernelRefused'; readonly node: NodeName; readonly what: string }
  | { readonly type: 'linkChanged'; readonly node: NodeName; readonly dev: string; readonly up: boolean }
  /** Something was broken or mended on purpose. */
  | { readonly type: 'fault'; readonly text: string };

export type Doer = 'keeper' | 'kernel' | 'stranger';

export interface Packet {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly link: number;
  readonly datagram: Uint8Array;
  /** What the datagram says; undefined for one that was tampered with. */
  readonly advert: Advert | undefined;
  /** When it left, after the kernel calls before it. */
  readonly sentAt: number;
}

export type Observe = (happening: Happening) => void;

/** Thrown where a simulation sees what must never be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export function demand(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Violation(otherwise);
}
