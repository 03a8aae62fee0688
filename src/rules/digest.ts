// The name of a document by its content: equal rules have equal digests on every director.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../text/canonicalJson.ts';
import type { RulesDocument } from './document.ts';

/** Hex of the first 8 bytes of SHA-256 over the canonical JSON. */
export function digestOf(document: RulesDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex').slice(0, 16);
}
