// The rules in Redis: one hash with the newest revision, one capped stream with the history, one channel that tells changes.
//
//   <prefix>rules      hash    format writtenBy revision digest author time message document(JSON)
//   <prefix>history    stream  the same fields, an entry for each revision
//   <prefix>changed    channel the number of the new revision
//   <prefix>directors  hash    director -> JSON of when it was last seen
//   <prefix>events     stream  takeovers, JSON in the field `event`
//
// On a Redis Cluster the prefix needs a hash tag, `{vspair}:`, so that one script may write rules and history.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { newerFormat, revisionOf, rulesRevisionSchema } from '../rules/revision.ts';
import type { ApplyRequest } from './rulesStore.ts';

export interface StoredMark {
  /** 0 when the store has no rules. */
  readonly revision: number;
  readonly digest: string;
}

export type StoredRules = { readonly ok: true; readonly revision: RulesRevision } | { readonly ok: false; readonly detail: string };
export type Written = { readonly ok: true; readonly revision: RulesRevision } | { readonly ok: false; readonly newest: number };

export interface RedisRules {
  mark(): Promise<StoredMark>;
  read(): Promise<StoredRules>;
  /** The newest of the history, newest first; what this version cannot read is left out. */
  past(limit: number): Promise<readonly RulesRevision[]>;
  /** `known`: the revision that this director has; the new one is above it even if the store was emptied. */
  write(document: RulesDocument, request: ApplyRequest, known: number): Promise<Written>;
  seen(node: string, what: Readonly<Record<string, unknown>>): Promise<void>;
  record(event: Readonly<Record<string, unknown>>): Promise<void>;
}

export const changedChannel = (prefix: string): string => `${prefix}changed`;

const historyLength = 1000;
const eventsLength = 10_000;

/**
 * Compare and set: answers {written, newest revision}. The hash is written last of what may fail, so that an error means
 * that nothing changed; a notice that may not be sent is made up for by the poll.
 */
const applyScript = `
local newest = math.max(tonumber(redis.call('HGET', KEYS[1], 'revision') or '0'), tonumber(ARGV[2]))
if ARGV[1] ~= '' and tonumber(ARGV[1]) ~= newest then return {0, newest} end
local revision = string.format('%d', newest + 1)
local fields = {'revision', revision, unpack(ARGV, 5)}
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], '*', unpack(fields))
redis.call('HSET', KEYS[1], unpack(fields))
redis.pcall('PUBLISH', ARGV[3], revision)
return {1, newest + 1}
`;
const applyReply = z.tuple([z.int(), z.int()]);

/** `writtenBy`: the version of vspair. */
export function rulesIn(redis: Redis, prefix: string, writtenBy: string): RedisRules {
  const rules = `${prefix}rules`;
  return {
    async mark() {
      const [revision, digest] = await redis.hmget(rules, 'revision', 'digest');
      return { revision: Number(revision ?? 0), digest: digest ?? '' };
    },
    async read() {
      return storedRules(await redis.hgetall(rules), writtenBy);
    },
    async past(limit) {
      const entries = await redis.xrevrange(`${prefix}history`, '+', '-', 'COUNT', limit);
      return entries.flatMap(([, fields]) => {
        const stored = storedRules(pairsOf(fields), writtenBy);
        return stored.ok ? [stored.revision] : [];
      });
    },
    async write(document, { author, message, expectedRevision }, known) {
      // The script gives it its number.
      const draft = revisionOf(document, { revision: 0, writtenBy, author, time: new Date().toISOString(), message });
      const fields = Object.entries({ ...draft, document: JSON.stringify(document) }).filter(([name]) => name !== 'revision');
      const args = [expectedRevision ?? '', known, changedChannel(prefix), historyLength, ...fields.flat()];
      const reply = await redis.eval(applyScript, 2, rules, `${prefix}history`, ...args);
      const [written, revision] = applyReply.parse(reply);
      return written === 1 ? { ok: true, revision: { ...draft, revision } } : { ok: false, newest: revision };
    },
    async seen(node, what) {
      await redis.hset(`${prefix}directors`, node, JSON.stringify({ time: new Date().toISOString(), ...what }));
    },
    async record(event) {
      await redis.xadd(`${prefix}events`, 'MAXLEN', '~', eventsLength, '*', 'event', JSON.stringify(event));
    },
  };
}

function storedRules(fields: Readonly<Record<string, string>>, version: string): StoredRules {
  const { format, revision, document = '' } = fields;
  const value: unknown = { ...fields, format: Number(format), revision: Number(revision), document: jsonOf(document) };
  const newer = newerFormat(value, version);
  if (newer !== undefined) return { ok: false, detail: newer };
  const parsed = rulesRevisionSchema.safeParse(value);
  return parsed.success ? { ok: true, revision: parsed.data } : { ok: false, detail: z.prettifyError(parsed.error) };
}

/** A stream's entry is a list of names and values in turn. */
function pairsOf(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(fields.flatMap((name, index) => (index % 2 === 0 ? [[name, fields[index + 1] ?? '']] : [])));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
