// The rules in memory and on disk, the same for every backend: a newer revision replaces them, nothing else does.
import type { RulesRevision } from '../rules/document.ts';
import { type OnFileProblem, saveOr } from './fileProblem.ts';
import type { LocalCopy } from './localCopy.ts';

export interface HeldRules {
  current(): RulesRevision | undefined;
  source(): 'store' | 'disk' | 'none';
  /** What the store says now. Replaces an older revision, or another one of the same number: the store decides between those. */
  adopt(revision: RulesRevision): void;
  onChange(listener: (revision: RulesRevision) => void): () => void;
  /** Resolves when the disk holds what memory holds, or the failure was told. */
  saved(): Promise<unknown>;
}

export function holdRules(initial: RulesRevision | undefined, copy: LocalCopy, onProblem: OnFileProblem): HeldRules {
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
      saving = saveOr(copy, revision, onProblem);
      for (const listener of listeners) listener(revision);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saved: () => saving,
  };
}
