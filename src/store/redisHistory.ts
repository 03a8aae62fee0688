// The past revisions in Redis: what is known of each in one stream, the documents, packed, in another one under the same
// ids. So a list reads no document, and finding one reads one.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { RevisionEntry, RulesRevision } from '../rules/document.ts';
import type { CommandClient } from './redisClients.ts';
import { entryIn, factsOf, fieldsIn, revisionIn, type StoredRules } from './redisFields.ts';
import type { RedisKeys } from './redisKeys.ts';

export type Remembered = 'known' | 'added' | 'superseded';

export interface RedisHistory {
  /** Newest first. */
  entries(limit: number): Promise<readonly RevisionEntry[]>;
  /** By its number, or by its digest. Undefined: not there (any more). */
  find(which: number | string): Promise<StoredRules | undefined>;
  /**
   * Sees to it that the history has this revision, or has had it. 'superseded': another one has its number there, so that
   * this one was lost by the store and its number used again.
   */
  remember(revision: RulesRevision): Promise<Remembered>;
}

/** A document as it is kept, and how many the history keeps when they are of its size. */
export interface PackedDocument {
  readonly text: string;
  readonly keep: number;
}

const mostRevisions = 1000;
const fewestRevisions = 10;
/** Nearly always what is looked for is among them. */
const recent = 20;
/** Ten thousand servers take less than 200 kB. */
const historyBytes = 64 * 1024 * 1024;

export async function pack(document: string): Promise<PackedDocument> {
  const text = (await promisify(gzip)(document)).toString('base64');
  const keep = Math.floor(historyBytes / text.length);
  return { text, keep: Math.min(mostRevisions, Math.max(fewestRevisions, keep)) };
}

const unpack = async (text: string): Promise<string> => (await promisify(gunzip)(Buffer.from(text, 'base64'))).toString('utf8');

/** Both entries, or none that is ever looked at: a document whose entry could not be written is nobody's. */
const rememberScript = `
local id = redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[1], '*', 'document', ARGV[2])
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], id, unpack(ARGV, 3))
`;

interface Listed {
  readonly id: string;
  readonly fields: ReturnType<typeof fieldsIn>;
  readonly entry: RevisionEntry;
}

/** `version` is that of this vspair. */
export function historyIn(redis: CommandClient, { history, documents }: RedisKeys, version: string): RedisHistory {
  const listed = async (limit: number): Promise<readonly Listed[]> => {
    const stream = await redis.xrevrange(history, '+', '-', 'COUNT', limit);
    return stream.flatMap(([id, list]) => {
      const fields = fieldsIn(list);
      const entry = entryIn(fields);
      return entry === undefined ? [] : [{ id, fields, entry }];
    });
  };

  return {
    async entries(limit) {
      const entries = (await listed(limit)).map(({ entry }) => entry);
      return withoutRepeats(entries).toSorted((one, other) => other.revision - one.revision);
    },
    async find(which) {
      const found = chosen(await listed(mostRevisions), which);
      if (found === undefined) return undefined;
      const [kept] = await redis.xrange(documents, found.id, found.id);
      const packed = fieldsIn(kept?.[1] ?? [])['document'];
      return packed === undefined ? undefined : revisionIn(found.fields, await unpack(packed), version);
    },
    async remember(revision) {
      const isIt = ({ entry }: Listed): boolean => entry.revision === revision.revision && entry.digest === revision.digest;
      if ((await listed(recent)).some(isIt)) return 'known';
      const all = await listed(mostRevisions);
      if (all.some(isIt) || isForgotten(revision.revision, all)) return 'known';
      const { text, keep } = await pack(JSON.stringify(revision.document));
      const superseded = all.some(({ entry }) => entry.revision === revision.revision);
      const fields = { revision: `${revision.revision}`, ...factsOf(revision), ...(superseded ? { superseded: '1' } : {}) };
      await redis.eval(rememberScript, 2, history, documents, keep, text, ...Object.entries(fields).flat());
      return superseded ? 'superseded' : 'added';
    },
  };
}

/** Older than a history that has dropped its oldest revisions: a director that was away for long has it still. */
const isForgotten = (revision: number, listed: readonly Listed[]): boolean =>
  listed.length >= fewestRevisions && listed.every(({ entry }) => entry.revision > revision);

/** Of several of a number the one that did not lose; the number belongs to it. */
function chosen(listed: readonly Listed[], which: number | string): Listed | undefined {
  const those = listed.filter(({ entry }) => which === entry.revision || which === entry.digest);
  return those.find(({ entry }) => !entry.superseded) ?? those[0];
}

/** Two directors may both have remembered what both had. */
const withoutRepeats = (entries: readonly RevisionEntry[]): readonly RevisionEntry[] =>
  entries.filter(
    ({ revision, digest }, index) => entries.findIndex((other) => other.revision === revision && other.digest === digest) === index,
  );
