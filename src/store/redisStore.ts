// The rules shared through Redis. Changes are told by pub/sub, and a poll finds what a lost message did not tell. Redis
// going away, being emptied or holding nonsense never takes rules from a director: it goes on with what it has.
import { VspairError } from '../errors/catalogue.ts';
import type { RulesDocument, RulesRevision } from '../rules/document.ts';
import { entryOf } from '../rules/revision.ts';
import { type OnFileProblem, saveOr } from './fileProblem.ts';
import { type HeldRules, holdRules } from './heldRules.ts';
import type { LocalCopy } from './localCopy.ts';
import { connectionClosed, connectRedis, type RedisAccess } from './redisConnection.ts';
import { changedChannel, type RedisRules, rulesIn, type StoredMark } from './redisRules.ts';
import type { ApplyFailure, ApplyRequest, ApplyResult, RulesHistory, RulesStore, RulesTrouble, StoreEvent } from './rulesStore.ts';
import { waitForStore } from './waitingEvents.ts';

export interface RedisStoreOptions {
  readonly access: RedisAccess;
  readonly prefix: string;
  readonly pollMs: number;
  readonly node: string;
  /** The version of vspair. */
  readonly writtenBy: string;
  readonly initial: RulesRevision | undefined;
  readonly copy: LocalCopy;
  readonly onProblem: OnFileProblem;
  readonly report: (event: StoreEvent) => void;
  /** Written with the time when this director was last seen. */
  readonly seen: () => Readonly<Record<string, unknown>>;
}

type Trouble = { readonly what: RulesTrouble; readonly detail: string };

type ApplyRefused = Extract<ApplyResult, { ok: false }>;

const eventLimit = 1000;

export function createRedisStore(options: RedisStoreOptions): RulesStore {
  const held = holdRules(options.initial, (revision) => saveOr(options.copy, revision, options.onProblem));
  const events = waitForStore(eventLimit);
  const link = watchLink(options.report);
  const { connection, rules, refresh, trouble } = follow(options, held, link);

  const tell = async (): Promise<void> => {
    if (!link.connected()) return;
    try {
      await rules.seen(options.node, options.seen());
      await events.drain((event) => rules.record(event));
    } catch (error) {
      link.lost(messageOf(error));
    }
  };

  const look = (): Promise<void> =>
    refresh()
      .then(tell)
      .then(() => connection.probeListener());
  const poll = setInterval(() => void look(), options.pollMs);

  return {
    history: historyIn(rules),
    current: () => held.current(),
    onChange: (listener) => held.onChange(listener),
    async apply(document, request) {
      if (!(connection.ready() && link.connected())) return failure('unavailable', link.detail() ?? 'no connection yet', held);
      const result = await write(rules, held, document, request);
      if (!result.ok && result.reason === 'conflict') await refresh();
      return result.ok ? result : { ...result, current: held.current() };
    },
    recordEvent(event) {
      events.add(event);
      void tell();
    },
    state: () => ({
      backend: 'redis',
      connected: link.connected(),
      detail: link.detail(),
      source: held.source(),
      trouble: trouble.now(),
      eventsLost: events.lost(),
    }),
    async close() {
      clearInterval(poll);
      await tell();
      connection.close();
      await held.saved();
    },
  };
}

const wholeHistory = 1000;

function historyIn(rules: RedisRules): RulesHistory {
  const past = (limit: number): Promise<readonly RulesRevision[]> =>
    rules.past(limit).catch((cause: unknown) => {
      throw new VspairError({ code: 'VSP_STORE_UNAVAILABLE', object: 'history of the rules', attempt: 'read it', cause });
    });
  return {
    entries: async (limit) => (await past(limit)).map((revision) => entryOf(revision, false)),
    find: async (which) => (await past(wholeHistory)).find(({ revision, digest }) => which === revision || which === digest),
  };
}

/** Keeps the rules held here those of the store: looks after each connection and each notice, and when asked. */
function follow(options: RedisStoreOptions, held: HeldRules, link: Link) {
  const trouble = watchTrouble(options.report);
  const connection = connectRedis(options.access, options.node, changedChannel(options.prefix), {
    onReady: () => void refresh(),
    onNotice: () => void refresh(),
    onDeaf: (detail) => options.report({ type: 'noticesRefused', detail }),
    onFailure: (detail) => link.lost(detail),
  });
  const rules = rulesIn(connection.redis, options.prefix, options.writtenBy);
  const refresh = oneAtATime(async () => {
    if (!connection.ready()) return;
    const news = await newsIn(rules, held.current()).catch((error: unknown) => link.lost(messageOf(error)));
    if (news === undefined) return;
    link.up();
    trouble.note(news.trouble);
    if (news.revision !== undefined) held.adopt(news.revision);
  });
  return { connection, rules, refresh, trouble };
}

/** The rules in the store, when they are to be held here, or what is wrong with them. Neither when there are none anywhere. */
interface News {
  readonly revision: RulesRevision | undefined;
  readonly trouble: Trouble | undefined;
}

async function newsIn(rules: RedisRules, known: RulesRevision | undefined): Promise<News> {
  const mark = await rules.mark();
  const trouble = troubleWith(mark, known);
  if (trouble !== undefined || mark.revision === 0) return { revision: undefined, trouble };
  if (known?.revision === mark.revision && known.digest === mark.digest) return { revision: known, trouble: undefined };
  const stored = await rules.read();
  if (stored.ok) return { revision: stored.revision, trouble: undefined };
  return { revision: undefined, trouble: { what: 'invalid', detail: stored.detail } };
}

function troubleWith(mark: StoredMark, known: RulesRevision | undefined): Trouble | undefined {
  if (known === undefined || mark.revision >= known.revision) return undefined;
  if (mark.revision === 0) return { what: 'gone', detail: `the store has no rules any more; revision ${known.revision} stays in use` };
  return { what: 'behind', detail: `the store has revision ${mark.revision}; the newer revision ${known.revision} stays in use` };
}

async function write(rules: RedisRules, held: HeldRules, document: RulesDocument, request: ApplyRequest): Promise<ApplyResult> {
  const known = held.current()?.revision ?? 0;
  const written = await rules.write(document, request, known).catch((error: unknown) => failureOf(error, held));
  if ('reason' in written) return written;
  if (!written.ok) return failure('conflict', `the newest revision is ${written.newest}, not ${request.expectedRevision ?? 0}`, held);
  held.adopt(written.revision);
  return written;
}

/** What the server answered, it did not write; of anything else nobody knows. */
function failureOf(error: unknown, held: HeldRules): ApplyRefused {
  const answered = error instanceof Error && error.name === 'ReplyError';
  return failure(answered ? 'unavailable' : 'unconfirmed', messageOf(error), held);
}

const failure = (reason: ApplyFailure, detail: string, held: HeldRules): ApplyRefused => ({
  ok: false,
  reason,
  detail,
  current: held.current(),
});

type Link = ReturnType<typeof watchLink>;

/** Whether the store answers, told when it changes. */
function watchLink(report: (event: StoreEvent) => void) {
  let connected = false;
  let detail: string | undefined;
  return {
    connected: () => connected,
    detail: () => detail,
    up(): void {
      if (!connected) report({ type: 'connected' });
      connected = true;
      detail = undefined;
    },
    lost(why: string): void {
      if (connected || detail === undefined) report({ type: 'disconnected', detail: why });
      // That the connection was closed is the consequence; the reason came before it.
      if (connected || why !== connectionClosed) detail = why;
      connected = false;
    },
  };
}

function watchTrouble(report: (event: StoreEvent) => void) {
  let now: Trouble | undefined;
  return {
    now: () => now,
    note(next: Trouble | undefined): void {
      if (next !== undefined && next.what !== now?.what) report({ type: 'trouble', ...next });
      now = next;
    },
  };
}

/** A call while one is under way makes it run once more behind it, so that no change between is missed. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const call = (): Promise<void> => {
    if (running !== undefined) {
      next ??= running.then(() => {
        next = undefined;
        return call();
      });
      return next;
    }
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return call;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
