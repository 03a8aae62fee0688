// The rules in memory, the same for every backend: a newer revision replaces them, nothing else does.
import type { RulesRevision } from '../rules/document.ts';

export interface HeldRules {
  current(): RulesRevision | undefined;
  source(): 'store' | 'disk' | 'none';
  /** What the store says now. Replaces an older revision, or another one of the same number: the store decides between those. */
  adopt(revision: RulesRevision): void;
  onChange(listener: (revision: RulesRevision) => void): () => void;
  /** Resolves when the last save is over. */
  saved(): Promise<unknown>;
}

/** `save` is called with each newer revision, and nobody waits for it before the revision is in use. */
export function holdRules(initial: RulesRevision | undefined, save: (revision: RulesRevision) => Promise<unknown>): HeldRules {
  const listeners = new Set<(revision: RulesRevision) => void>();
  let current = initial;
  let source: 'store' | 'disk' | 'none' = initial === undefined ? 'none' : 'disk';
  let saving: Promise<unknown> = Promise.resolve();
  return {
    current: () => current,
    source: () => source,
    adopt(revision) {
      if (current !== undefined && current.revision > revision.revision) return;
      source = 'store';
      if (current?.revision === revision.revision && current.digest === revision.digest) return;
      current = revision;
      saving = save(revision);
      for (const listener of listeners) listener(revision);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved: () => saving,
  };
}
