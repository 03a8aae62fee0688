// Backend 'none': the rules are those of this director alone, kept on its disk. The operator applies them on each.
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { entryOf, revisionOf } from '../rules/revision.ts';
import { holdRules } from './heldRules.ts';
import type { LocalCopy } from './localCopy.ts';
import type { ApplyRequest, ApplyResult, RulesStore } from './rulesStore.ts';

export interface LocalStoreOptions {
  readonly initial: RulesRevision | undefined;
  readonly copy: LocalCopy;
  /** The version of vspair. */
  readonly writtenBy: string;
}

export function createLocalStore({ initial, copy, writtenBy }: LocalStoreOptions): RulesStore {
  // Saved before it is held: there is no other copy, and what is not on disk was not applied.
  const held = holdRules(initial, () => Promise.resolve());
  const past: RulesRevision[] = initial === undefined ? [] : [initial];
  let last: Promise<unknown> = Promise.resolve();

  async function apply(document: RulesDocument, { author, message, expectedRevision }: ApplyRequest): Promise<ApplyResult> {
    const current = held.current();
    const newest = current?.revision ?? 0;
    if (expectedRevision !== undefined && expectedRevision !== newest) {
      return { ok: false, reason: 'conflict', detail: `the newest revision is ${newest}, not ${expectedRevision}`, current };
    }
    const revision = revisionOf(document, { revision: newest + 1, writtenBy, author, time: new Date().toISOString(), message });
    try {
      await copy.save(revision);
    } catch (error) {
      return { ok: false, reason: 'unavailable', detail: error instanceof Error ? error.message : String(error), current };
    }
    held.adopt(revision);
    past.unshift(revision);
    return { ok: true, revision };
  }

  return {
    history: {
      entries: async (limit) => past.slice(0, limit).map((revision) => entryOf(revision, false)),
      find: async (which) => past.find(({ revision, digest }) => which === revision || which === digest),
    },
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
