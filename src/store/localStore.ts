// Backend 'none': the rules are those of this director alone, kept on its disk. The operator applies them on each.
import { digestOf } from '../rules/digest.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { holdRules } from './heldRules.ts';
import type { LocalCopy } from './localCopy.ts';
import type { ApplyRequest, ApplyResult, RulesStore } from './rulesStore.ts';

export interface LocalStoreOptions {
  readonly initial: RulesRevision | undefined;
  readonly copy: LocalCopy;
}

export function createLocalStore({ initial, copy }: LocalStoreOptions): RulesStore {
  // Saved before it is held: there is no other copy, and what is not on disk was not applied.
  const held = holdRules(initial, () => Promise.resolve());
  let last: Promise<unknown> = Promise.resolve();

  async function apply(document: RulesDocument, { author, message, expectedRevision }: ApplyRequest): Promise<ApplyResult> {
    const current = held.current();
    const newest = current?.revision ?? 0;
    if (expectedRevision !== undefined && expectedRevision !== newest) {
      return { ok: false, reason: 'conflict', detail: `the newest revision is ${newest}, not ${expectedRevision}`, current };
    }
    const revision = { revision: newest + 1, digest: digestOf(document), author, time: new Date().toISOString(), message, document };
    try {
      await copy.save(revision);
    } catch (error) {
      return { ok: false, reason: 'unavailable', detail: error instanceof Error ? error.message : String(error), current };
    }
    held.adopt(revision);
    return { ok: true, revision };
  }

  return {
    current: () => held.current(),
    onChange: (listener) => held.onChange(listener),
    apply(document, request) {
      const result = last.then(() => apply(document, request));
      last = result;
      return result;
    },
    recordEvent: () => undefined,
    state: () => ({ backend: 'none', connected: true, detail: undefined, source: held.source(), trouble: undefined, eventsLost: 0 }),
    async close() {
      await last;
    },
  };
}
