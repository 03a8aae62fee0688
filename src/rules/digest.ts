// The name of a document by its content: equal rules have equal digests on every director.
import { createHash } from 'node:crypto';
import type { RulesDocument } from './document.ts';

/** Hex of the first 8 bytes of SHA-256 over the canonical JSON: keys in alphabetical order, no spaces, nothing undefined. */
export function digestOf(document: RulesDocument): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex').slice(0, 16);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isMapping(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part));
}

const isMapping = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
