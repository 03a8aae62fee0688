// The rules in Redis: one hash with the newest revision, one capped stream with the history, one channel that tells changes.
//
//   <prefix>rules      hash    revision digest author time message document(JSON)
//   <prefix>history    stream  the same fields, an entry for each revision
//   <prefix>changed    channel the number of the new revision
//   <prefix>directors  hash    director -> JSON of when it was last seen
//   <prefix>events     stream  takeovers, JSON in the field `event`
//
// On a Redis Cluster the prefix needs a hash tag, `{vspair}:`, so that one script may write rules and history.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { digestOf } from '../rules/digest.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { rulesRevisionSchema } from '../rules/revision.ts';
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
local fields = {'revision', revision, 'digest', ARGV[3], 'author', ARGV[4], 'time', ARGV[5], 'message', ARGV[6], 'document', ARGV[7]}
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], '*', unpack(fields))
redis.call('HSET', KEYS[1], unpack(fields))
redis.pcall('PUBLISH', ARGV[8], revision)
return {1, newest + 1}
`;
const applyReply = z.tuple([z.int(), z.int()]);

export function rulesIn(redis: Redis, prefix: string): RedisRules {
  const rules = `${prefix}rules`;
  return {
    async mark() {
      const [revision, digest] = await redis.hmget(rules, 'revision', 'digest');
      return { revision: Number(revision ?? 0), digest: digest ?? '' };
    },
    async read() {
      const fields = await redis.hmget(rules, 'revision', 'digest', 'author', 'time', 'message', 'document');
      return storedRules(fields);
    },
    async write(document, { author, message, expectedRevision }, known) {
      const rest = { digest: digestOf(document), author, time: new Date().toISOString(), message, document };
      const args = [
        expectedRevision ?? '',
        known,
        rest.digest,
        author,
        rest.time,
        message,
        JSON.stringify(document),
        changedChannel(prefix),
        historyLength,
      ];
      const reply = await redis.eval(applyScript, 2, rules, `${prefix}history`, ...args);
      const [written, revision] = applyReply.parse(reply);
      return written === 1 ? { ok: true, revision: { revision, ...rest } } : { ok: false, newest: revision };
    },
    async seen(node, what) {
      await redis.hset(`${prefix}directors`, node, JSON.stringify({ time: new Date().toISOString(), ...what }));
    },
    async record(event) {
      await redis.xadd(`${prefix}events`, 'MAXLEN', '~', eventsLength, '*', 'event', JSON.stringify(event));
    },
  };
}

function storedRules([revision, digest, author, time, message, document]: readonly (string | null)[]): StoredRules {
  const value: unknown = { revision: Number(revision), digest, author, time, message, document: jsonOf(document ?? '') };
  const parsed = rulesRevisionSchema.safeParse(value);
  return parsed.success ? { ok: true, revision: parsed.data } : { ok: false, detail: z.prettifyError(parsed.error) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
