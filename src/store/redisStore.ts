// The rules shared through Redis. Changes are told by pub/sub, and a poll finds what a lost message did not tell. Redis
// going away, being emptied or holding nonsense never takes rules from a director: it goes on with what it has.
import { VspairError } from '../errors/catalogue.ts';
import { messageOf } from '../errors/message.ts';
import type { RulesRevision } from '../rules/document.ts';
import { type OnFileProblem, saveOr } from './fileProblem.ts';
import { type HeldRules, holdRules } from './heldRules.ts';
import { linedHistory } from './linedHistory.ts';
import type { LocalCopy } from './localCopy.ts';
import { oneAtATime } from './oneAtATime.ts';
import type { RedisAccess } from './redisAccess.ts';
import { applyTo, refused } from './redisApply.ts';
import { connectionClosed, connectRedis } from './redisConnection.ts';
import { historyIn, type RedisHistory } from './redisHistory.ts';
import { keysUnder } from './redisKeys.ts';
import { newsIn } from './redisNews.ts';
import { answered } from './redisReply.ts';
import { rulesIn } from './redisRules.ts';
import { leaveTraces } from './redisTraces.ts';
import type { RulesHistory, RulesStore, StoreEvent } from './rulesStore.ts';
import { type StoreHealth, watchHealth } from './storeHealth.ts';

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

export function createRedisStore(options: RedisStoreOptions): RulesStore {
  const held = holdRules(options.initial, (revision) => saveOr(options.copy, revision, options.onProblem));
  const health = watchHealth(options.report, connectionClosed);
  const shared = share(options, held, health);
  const { connection, traces, history, refresh, leave, adopt } = shared;
  const poll = setInterval(() => void look(), options.pollMs);
  // A cluster whose other node has taken over says nothing: it is asked.
  const retry = setInterval(() => {
    if (!health.connected()) void refresh();
  }, options.access.timings.longestPauseMs);

  const look = async (): Promise<void> => {
    await refresh();
    await leave();
    await connection.probeListener();
  };

  return {
    history: historyFor(history),
    localHistory: linedHistory(options.copy.history, () => held.current()),
    current: () => held.current(),
    onChange: (listener) => held.onChange(listener),
    async apply(document, request) {
      if (!(connection.ready() && health.connected())) return refused('unavailable', health.hindrance(), held.current());
      const result = await applyTo({ rules: shared.rules, current: held.current(), spoilt: shared.spoilt() }, document, request);
      if (result.ok) adopt(result.revision);
      else if (result.reason !== 'unconfirmed') await refresh();
      return result.ok ? result : { ...result, current: held.current() };
    },
    recordEvent(event) {
      traces.happened(event);
      void leave();
    },
    state: () => ({
      backend: 'redis',
      connected: health.connected(),
      detail: health.detail(),
      source: held.source(),
      trouble: health.trouble(),
      eventsLost: traces.eventsLost(),
    }),
    async close() {
      for (const timer of [poll, retry]) clearInterval(timer);
      await leave();
      connection.close();
      await held.saved();
    },
  };
}

function historyFor(history: RedisHistory): RulesHistory {
  const failed = (detail: string, cause?: unknown): never => {
    throw new VspairError({ code: 'VSP_STORE_UNAVAILABLE', object: 'history of the rules', attempt: 'read it', detail, cause });
  };
  return {
    entries: (limit) => history.entries(limit).catch((cause: unknown) => failed(messageOf(cause), cause)),
    async find(which) {
      const found = await history.find(which).catch((cause: unknown) => failed(messageOf(cause), cause));
      if (found === undefined) return undefined;
      return found.ok ? found.revision : failed(found.detail);
    },
  };
}

/** Keeps the rules held here those of the store: looks after each connection and each notice, and when asked. */
function share(options: RedisStoreOptions, held: HeldRules, health: StoreHealth) {
  const keys = keysUnder(options.prefix);
  const connection = connectRedis(options.access, options.node, keys.changed, {
    onReady: () => void refresh(),
    onNotice: () => void refresh(),
    onDeaf: (detail) => options.report({ type: 'noticesRefused', detail }),
    onFailure: (detail) => health.lost(detail),
  });
  const rules = rulesIn(connection.redis, keys, options.writtenBy);
  const history = historyIn(connection.redis, keys, options.writtenBy);
  const traces = leaveTraces({ ...options, rules, history });
  let spoilt: number | undefined;

  const lost = (error: unknown): void => {
    if (!connection.renewing()) health.lost(messageOf(error));
  };

  const adopt = (revision: RulesRevision): void => {
    const before = held.current();
    held.adopt(revision);
    if (before === undefined || before === held.current()) return;
    traces.replaced(before);
    void leave();
  };

  const refresh = oneAtATime(async () => {
    if (!connection.ready()) return;
    const news = await newsIn(rules, held.current()).catch(lost);
    if (news === undefined) return;
    health.answered(news.trouble);
    spoilt = news.spoilt;
    if (news.revision !== undefined) adopt(news.revision);
  });

  const leave = async (): Promise<void> => {
    if (!(connection.ready() && health.connected())) return;
    try {
      await traces.leave();
      health.took(undefined);
    } catch (error) {
      if (!answered(error)) return lost(error);
      health.took({ what: 'unwritable', detail: `the store refuses what is written: ${error.message}` });
      // The old master of a failover is a replica: a new connection finds the new one.
      if (error.message.startsWith('READONLY')) connection.renew();
    }
  };

  return { connection, rules, history, traces, refresh, leave, adopt, spoilt: () => spoilt };
}
