// An apply that is compared and set on this director: in the history, on the disk, and only then in use.
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { revisionOf } from '../rules/revision.ts';
import type { HeldRules } from './heldRules.ts';
import type { LocalCopy } from './localCopy.ts';
import type { ApplyFailure, ApplyRequest, ApplyResult } from './rulesStore.ts';

export interface ApplyHereParts {
  readonly held: HeldRules;
  readonly copy: LocalCopy;
  readonly node: string;
  /** The version of vspair. */
  readonly writtenBy: string;
}

export type ApplyRefused = Extract<ApplyResult, { ok: false }>;

/** Not to be called again before it is over. */
export async function applyHere(parts: ApplyHereParts, document: RulesDocument, request: ApplyRequest): Promise<ApplyResult> {
  const { held, copy } = parts;
  const refuse = (reason: ApplyFailure, detail: string): ApplyRefused => ({ ok: false, reason, detail, current: held.current() });
  if (copy.newer !== undefined) return refuse('newer', copy.newer);
  const newest = held.current()?.revision ?? 0;
  const { expectedRevision = newest } = request;
  if (expectedRevision !== newest) return refuse('conflict', `the newest revision is ${newest}, not ${expectedRevision}`);
  const revision = nextRevision(parts, document, request);
  try {
    await copy.save(revision);
  } catch (error) {
    return refuse('unavailable', error instanceof Error ? error.message : String(error));
  }
  held.adopt(revision);
  return { ok: true, revision };
}

function nextRevision({ held, node, writtenBy }: ApplyHereParts, document: RulesDocument, request: ApplyRequest): RulesRevision {
  const current = held.current();
  const { author, message } = request;
  return revisionOf(document, {
    revision: (current?.revision ?? 0) + 1,
    writtenBy,
    author,
    time: new Date().toISOString(),
    message,
    lineage: { director: node, parent: current?.digest, settled: 0 },
  });
}
