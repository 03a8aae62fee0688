// The newest rules in Redis: reading them, and replacing them by compare-and-set.
import { z } from 'zod';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { rulesFormat } from '../rules/document.ts';
import { newerFormat, revisionOf } from '../rules/revision.ts';
import type { CommandClient } from './redisClients.ts';
import { factsOf, revisionIn, type StoredRules } from './redisFields.ts';
import { pack } from './redisHistory.ts';
import type { RedisKeys } from './redisKeys.ts';
import type { ApplyRequest } from './rulesStore.ts';

export interface StoredMark {
  /** 0 when the store has no rules. */
  readonly revision: number;
  readonly digest: string;
}

export type Written =
  | { readonly outcome: 'written'; readonly revision: RulesRevision }
  | { readonly outcome: 'conflict'; readonly newest: number }
  /** A newer vspair wrote what is there, in a form that this one could only spoil. */
  | { readonly outcome: 'newer'; readonly detail: string };

export interface RedisRules {
  mark(): Promise<StoredMark>;
  read(): Promise<StoredRules>;
  /** `known`: the revision that this director has; the new one is above it even if the store was emptied. */
  write(document: RulesDocument, request: ApplyRequest, known: number): Promise<Written>;
  seen(node: string, what: Readonly<Record<string, unknown>>): Promise<void>;
  record(event: Readonly<Record<string, unknown>>): Promise<void>;
}

const eventsLength = 10_000;

/**
 * Compare and set. The hash is written last of what may fail, so that an error means that nothing changed; a notice that may
 * not be sent is made up for by the poll.
 */
const writeScript = `
local expected, known, format, channel, keep, packed, document = unpack(ARGV, 1, 7)
local stored = redis.call('HMGET', KEYS[1], 'revision', 'format')
local newest = math.max(tonumber(stored[1] or '0'), tonumber(known))
if tonumber(stored[2] or '0') > tonumber(format) then return {'newer', newest} end
if expected ~= '' and tonumber(expected) ~= newest then return {'conflict', newest} end
local revision = string.format('%d', newest + 1)
local id = redis.call('XADD', KEYS[3], 'MAXLEN', keep, '*', 'document', packed)
redis.call('XADD', KEYS[2], 'MAXLEN', keep, id, 'revision', revision, unpack(ARGV, 8))
redis.call('HSET', KEYS[1], 'revision', revision, 'document', document, unpack(ARGV, 8))
redis.pcall('PUBLISH', channel, revision)
return {'written', newest + 1}
`;
const writeReply = z.tuple([z.enum(['written', 'conflict', 'newer']), z.int()]);

/** `version` is that of this vspair. */
export function rulesIn(redis: CommandClient, keys: RedisKeys, version: string): RedisRules {
  const whyNotOver = async (): Promise<string> => {
    const [format, writtenBy] = await redis.hmget(keys.rules, 'format', 'writtenBy');
    return newerFormat({ format: Number(format), writtenBy }, version) ?? 'the rules were changed meanwhile';
  };

  return {
    async mark() {
      const [revision, digest] = await redis.hmget(keys.rules, 'revision', 'digest');
      return { revision: Number(revision ?? 0), digest: digest ?? '' };
    },
    async read() {
      const fields = await redis.hgetall(keys.rules);
      return revisionIn(fields, fields['document'] ?? '', version);
    },
    async write(document, { author, message, expectedRevision }, known) {
      // The script gives it its number.
      const draft = revisionOf(document, { revision: 0, writtenBy: version, author, time: new Date().toISOString(), message });
      const text = JSON.stringify(document);
      const { keep, text: packed } = await pack(text);
      const fixed = [expectedRevision ?? '', known, rulesFormat, keys.changed, keep, packed, text];
      const facts = Object.entries(factsOf(draft)).flat();
      const reply = await redis.eval(writeScript, 3, keys.rules, keys.history, keys.documents, ...fixed, ...facts);
      const [outcome, revision] = writeReply.parse(reply);
      switch (outcome) {
        case 'written':
          return { outcome, revision: { ...draft, revision } };
        case 'conflict':
          return { outcome, newest: revision };
        case 'newer':
          return { outcome, detail: await whyNotOver() };
      }
    },
    async seen(node, what) {
      await redis.hset(keys.directors, node, JSON.stringify({ time: new Date().toISOString(), ...what }));
    },
    async record(event) {
      const named = ['id', 'type', 'node'].flatMap((name) => (typeof event[name] === 'string' ? [name, event[name]] : []));
      await redis.xadd(keys.events, 'MAXLEN', '~', eventsLength, '*', ...named, 'event', JSON.stringify(event));
    },
  };
}
