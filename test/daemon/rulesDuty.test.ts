// The rules between store, kernel and keeper: with the real reconciler, on an IPVS table in memory that takes real bytes.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fact } from '../../src/core/types.ts';
import { millis } from '../../src/core/types.ts';
import { type RulesDuty, type RulesEvent, startRulesDuty } from '../../src/daemon/rulesDuty.ts';
import type { ToKeeper } from '../../src/keeper/messages.ts';
import type { RulesDocument, RulesRevision } from '../../src/rules/document.ts';
import { serviceKey } from '../../src/rules/kernelServices.ts';
import { createReconciler, type IpvsTable } from '../../src/rules/reconciler.ts';
import { holdRules } from '../../src/store/heldRules.ts';
import type { RulesStoreState } from '../../src/store/rulesStore.ts';
import { eventually } from '../eventually.ts';
import { revised, rules, server, service } from '../rules/documents.ts';
import { createVirtualIpvs, type VirtualIpvs } from '../rules/virtualIpvs.ts';

type RulesMessage = Extract<ToKeeper, { type: 'rules' }>;

const one = rules(service('10.0.0.1', [server('10.0.0.11')]));
const two = rules(service('10.0.0.2', [server('10.0.0.12')]));
const [web, mail] = [51, 52];
const everyMs = 10_000;

let ipvs: VirtualIpvs;
let duty: RulesDuty | undefined;
/** A disk that takes its time: while it is set, no ownership is saved. */
let disk: Promise<void> | undefined;
const events: RulesEvent[] = [];
const told: RulesMessage[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  ipvs = createVirtualIpvs();
  disk = undefined;
});
afterEach(async () => {
  await duty?.close();
  duty = undefined;
  events.length = 0;
  told.length = 0;
  vi.useRealTimers();
});

function storeOf(initial: RulesDocument | undefined, state: Partial<RulesStoreState> = {}) {
  const held = holdRules(initial === undefined ? undefined : revised(initial), () => Promise.resolve());
  return {
    put: (document: RulesDocument, revision: number) => held.adopt(revised(document, revision)),
    current: () => held.current(),
    onChange: (listener: (revision: RulesRevision) => void) => held.onChange(listener),
    apply: () => Promise.reject(new Error('nobody applies rules here')),
    recordEvent: () => undefined,
    state: (): RulesStoreState => ({
      backend: 'redis',
      connected: true,
      detail: undefined,
      source: held.source(),
      trouble: undefined,
      eventsLost: 0,
      ...state,
    }),
    history: { entries: () => Promise.resolve([]), find: () => Promise.resolve(undefined) },
    close: () => Promise.resolve(),
  };
}

type Store = ReturnType<typeof storeOf>;

async function start(store: Store, standby: 'warm' | 'cold', table: IpvsTable, onDrift: 'repair' | 'report'): Promise<RulesDuty> {
  const ownership = { load: () => Promise.resolve([]), save: async () => disk };
  const reconciler = createReconciler({ ipvs: table, ownership, onDrift });
  duty = await startRulesDuty({ store, reconciler, standby, everyMs, groups: [web, mail], report: (event) => events.push(event) });
  return duty;
}

async function begun(
  store: Store,
  standby: 'warm' | 'cold' = 'warm',
  table: IpvsTable = ipvs,
  onDrift: 'repair' | 'report' = 'repair',
): Promise<RulesDuty> {
  const begin = await start(store, standby, table, onDrift);
  begin.begin((message) => {
    if (message.type === 'rules') told.push(message);
  });
  return begin;
}

/** A kernel without ip_vs. */
const noIpvs = (): IpvsTable => ({
  family: refuse,
  dump: refuse,
  hasScheduler: refuse,
  write: () => [{ object: 'IPVS', attempt: 'write', errno: 'ENOENT' }],
});

function refuse(): never {
  throw new Error('IPVS: cannot find ip_vs');
}

const inKernel = (): string[] => ipvs.dump().map(({ service: { id } }) => serviceKey(id));
const toldRevisions = (): number[] => told.map(({ mark }) => mark.revision);
const lastTold = (): RulesMessage | undefined => told.at(-1);

/** The keeper writes what it was told last, as it does at a takeover. */
const write = (): void => {
  const batch = lastTold()?.batch;
  if (batch !== undefined) ipvs.write(batch);
};

const fact = (told: Fact) => ({ type: 'fact', at: millis(0), fact: told }) as const;
const becameActive = (vrid: number, reason: 'active-down' | 'adopted' = 'active-down') =>
  fact({
    type: 'becameActive',
    vrid,
    reason,
    evidence: { active: 'vs1', lastHeardAgo: undefined, activeDownInterval: undefined, late: millis(0) },
  });
const becameBackup = (vrid: number) => fact({ type: 'becameBackup', vrid, reason: 'handed-over', to: 'vs1' });
const stopped = (vrid: number, released: boolean) => fact({ type: 'stopped', vrid, released });

function takeover(vrid: number) {
  const at = millis(0);
  return { type: 'takeover', timeline: { vrid, decidedAt: at, rulesInAt: at, vipAddedAt: at, announcedAt: at } } as const;
}

describe('on warm standby', () => {
  test('the rules are in the kernel before the keeper starts, and nothing is left to be written at a takeover', async () => {
    const running = await begun(storeOf(one));
    expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
    expect(running.mark).toMatchObject({ revision: 1, digest: revised(one).digest, ready: true });
    expect(told).toEqual([
      { type: 'rules', mark: running.mark, batch: { revision: 1, digest: running.mark.digest, messages: new Uint8Array(), labels: [] } },
    ]);
    expect(events).toEqual([{ type: 'rulesIn', revision: revised(one), written: 2 }]);
  });

  test('a director that knows no rules yet is ready with none', async () => {
    const running = await begun(storeOf(undefined));
    expect(running.mark).toEqual({ revision: 0, digest: '0'.repeat(16), ready: true });
    expect(toldRevisions()).toEqual([0]);
    expect(running.status()).toMatchObject({ revision: 0, services: 0, servers: 0, source: 'none', errors: [] });
  });

  test('a change goes into the kernel and the keeper is told', async () => {
    const store = storeOf(one);
    const running = await begun(store);
    store.put(two, 2);
    await eventually(toldRevisions).toEqual([1, 2]);
    expect(inKernel()).toEqual(['tcp 10.0.0.2:80']);
    expect(running.status()).toMatchObject({ revision: 2, services: 1, servers: 1, source: 'store', errors: [] });
  });

  test('of changes that come while an earlier one is being written, the keeper is told the newest only', async () => {
    const store = storeOf(one);
    await begun(store);
    const slow: PromiseWithResolvers<void> = Promise.withResolvers();
    disk = slow.promise;
    store.put(two, 2);
    store.put(rules(), 3);
    store.put(one, 4);
    slow.resolve();
    await eventually(toldRevisions).toEqual([1, 4]);
    expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
    expect(events.map((event) => event.type === 'rulesIn' && event.revision.revision)).toEqual([1, 2, 3, 4]);
  });

  test('a change that comes while the first rules are being written is not missed', async () => {
    const store = storeOf(one);
    const slow: PromiseWithResolvers<void> = Promise.withResolvers();
    disk = slow.promise;
    const starting = begun(store);
    store.put(two, 2);
    slow.resolve();
    await starting;
    await eventually(() => lastTold()?.mark.revision).toBe(2);
    expect(inKernel()).toEqual(['tcp 10.0.0.2:80']);
  });

  test('roles change nothing in the kernel', async () => {
    const running = await begun(storeOf(one));
    ipvs.takeCommands();
    for (const message of [becameActive(web), takeover(web), becameBackup(web), becameBackup(mail)]) running.noteKeeper(message);
    await duty?.close();
    expect(ipvs.takeCommands()).toEqual([]);
    expect(toldRevisions()).toEqual([1]);
  });
});

describe('what the kernel refuses', () => {
  test('is told, stands in status, and does not keep a director with other services from taking over', async () => {
    const both = rules(service('10.0.0.1', []), service('10.0.0.2', [], { scheduler: 'nowhere' }));
    const running = await begun(storeOf(both));
    expect(running.mark.ready).toBe(true);
    expect(running.status().errors).toEqual(['add service tcp 10.0.0.2:80 nowhere: ENOENT']);
    expect(events).toMatchObject([{ type: 'rulesNotIn', detail: 'add service tcp 10.0.0.2:80 nowhere: ENOENT' }]);
  });

  test('makes a director that would have no service at all not ready', async () => {
    ipvs.refusal = 'EPERM';
    expect((await begun(storeOf(one))).mark.ready).toBe(false);
    expect(lastTold()?.mark.ready).toBe(false);
  });

  test('is tried again with each pass until the kernel takes it, and is told once', async () => {
    ipvs.refusal = 'ENOMEM';
    const running = await begun(storeOf(one));
    ipvs.takeCommands();
    await vi.advanceTimersByTimeAsync(everyMs - 1);
    expect(ipvs.takeCommands()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await eventually(() => ipvs.takeCommands()).toEqual(['newService', 'newDestination']);
    ipvs.refusal = undefined;
    await vi.advanceTimersByTimeAsync(everyMs);
    await eventually(() => lastTold()?.mark.ready).toBe(true);
    expect(running.status().errors).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['rulesNotIn', 'rulesIn']);
  });

  test('nothing is tried any more after the end', async () => {
    ipvs.refusal = 'ENOMEM';
    const running = await begun(storeOf(one));
    await running.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a store that cannot be used stands in status too', async () => {
    const trouble = { what: 'gone', detail: 'the store has no rules any more' } as const;
    expect((await begun(storeOf(one, { trouble }))).status().errors).toEqual(['the store has no rules any more']);
  });
});

describe('what somebody else did', () => {
  const spoil = (weight: number): void => {
    const [held] = ipvs.dump();
    const [first] = held?.servers ?? [];
    if (held === undefined || first === undefined) throw new Error('nothing to spoil');
    ipvs.carryOut({ command: 'setDestination', of: held.service.id, destination: { ...first, weight } });
  };
  const weights = (): number[] => ipvs.dump().flatMap(({ servers }) => servers.map(({ weight }) => weight));
  const difference = 'server 10.0.0.11:80 of tcp 10.0.0.1:80: weight is 7, should be 1';

  test('is put right by the next pass, and told with what differed', async () => {
    const running = await begun(storeOf(one));
    spoil(7);
    await vi.advanceTimersByTimeAsync(everyMs);
    await eventually(weights).toEqual([1]);
    expect(events.slice(1)).toEqual([{ type: 'rulesDrifted', revision: revised(one), differences: [difference], isRepaired: true }]);
    expect(running.status()).toMatchObject({ drift: [], errors: [] });
  });

  test('again and again is told once', async () => {
    await begun(storeOf(one));
    for (let time = 0; time < 3; time += 1) {
      spoil(7);
      await vi.advanceTimersByTimeAsync(everyMs);
      await eventually(weights).toEqual([1]);
    }
    expect(events.filter(({ type }) => type === 'rulesDrifted')).toHaveLength(1);
    spoil(8);
    await vi.advanceTimersByTimeAsync(everyMs);
    await eventually(weights).toEqual([1]);
    expect(events.filter(({ type }) => type === 'rulesDrifted')).toHaveLength(2);
  });

  test('is only told when the operator wants it so: status shows it until it is gone or there are newer rules', async () => {
    const store = storeOf(one);
    const running = await begun(store, 'warm', ipvs, 'report');
    spoil(7);
    await vi.advanceTimersByTimeAsync(everyMs);
    await eventually(() => running.status().drift).toEqual([difference]);
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(weights()).toEqual([7]);
    expect(events.slice(1)).toEqual([{ type: 'rulesDrifted', revision: revised(one), differences: [difference], isRepaired: false }]);
    store.put(rules(service('10.0.0.1', [server('10.0.0.11', { weight: 3 })])), 2);
    await eventually(weights).toEqual([3]);
    await eventually(() => running.status().drift).toEqual([]);
  });

  test('is looked for at a takeover too', async () => {
    const running = await begun(storeOf(one));
    spoil(7);
    running.noteKeeper(takeover(web));
    await eventually(weights).toEqual([1]);
  });
});

test('what an apply would change is told without a change', async () => {
  const running = await begun(storeOf(one));
  ipvs.takeCommands();
  expect(await running.planned(two)).toEqual([
    'add service tcp 10.0.0.2:80: scheduler rr',
    'add server 10.0.0.12:80 of tcp 10.0.0.2:80: weight 1, forward dr',
    'remove service tcp 10.0.0.1:80',
  ]);
  expect(ipvs.takeCommands()).toEqual([]);
});

describe('in a kernel without IPVS', () => {
  test.each(['warm', 'cold'] as const)('a director with services is not ready and says why (%s)', async (standby) => {
    const running = await begun(storeOf(one), standby, noIpvs());
    expect(running.mark).toMatchObject({ revision: 1, ready: false });
    expect(running.status().errors).toEqual(['IPVS: cannot find ip_vs']);
    expect(events).toMatchObject([{ type: 'rulesNotIn', failures: [], detail: 'IPVS: cannot find ip_vs' }]);
  });

  test.each(['warm', 'cold'] as const)('a director without services is ready and has nothing to complain of (%s)', async (standby) => {
    const running = await begun(storeOf(rules()), standby, noIpvs());
    expect(running.mark).toMatchObject({ revision: 1, ready: true });
    expect(running.status().errors).toEqual([]);
  });

  test('an ownership that cannot be saved is told, and the rules are in all the same', async () => {
    disk = Promise.reject(new Error('the disk is full'));
    const running = await begun(storeOf(one));
    expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
    expect(running.mark.ready).toBe(true);
    expect(running.status().errors).toEqual(['which services are ours could not be saved: the disk is full']);
  });
});

describe('on cold standby', () => {
  test('a director that knows no rules yet stays ready with none when it is backup', async () => {
    const running = await begun(storeOf(undefined), 'cold');
    for (const vrid of [web, mail]) running.noteKeeper(becameBackup(vrid));
    await running.close();
    expect(lastTold()?.mark.ready).toBe(true);
  });

  test('the kernel is left empty, and the keeper gets what is to be written at a takeover', async () => {
    const running = await begun(storeOf(one), 'cold');
    expect(inKernel()).toEqual([]);
    expect(running.mark.ready).toBe(true);
    expect(lastTold()?.batch.labels).toEqual(['service tcp 10.0.0.1:80 rr', 'server 10.0.0.11:80 of tcp 10.0.0.1:80']);
    expect(events).toEqual([{ type: 'rulesPrepared', revision: revised(one), requests: 2 }]);
    write();
    expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
  });

  test('after a takeover nothing is left to be written, and a change is the difference only', async () => {
    const store = storeOf(one);
    const running = await begun(store, 'cold');
    running.noteKeeper(becameActive(web));
    write();
    running.noteKeeper(takeover(web));
    await eventually(() => lastTold()?.batch.labels).toEqual([]);
    ipvs.takeCommands();
    store.put(rules(service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.13')])), 2);
    await eventually(toldRevisions).toContain(2);
    expect(ipvs.takeCommands()).toEqual(['newDestination']);
    expect(lastTold()?.batch.labels).toEqual([]);
  });

  test('what the keeper is writing at a takeover is neither prepared again nor taken for drift', async () => {
    const running = await begun(storeOf(one), 'cold');
    running.noteKeeper(becameActive(web));
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(told).toHaveLength(1);
    write();
    running.noteKeeper(takeover(web));
    await eventually(() => told.length).toBe(2);
    expect(events.map(({ type }) => type)).toEqual(['rulesPrepared', 'rulesIn']);
  });

  test('a restarted director that still serves keeps its kernel up by itself', async () => {
    const running = await begun(storeOf(one), 'cold');
    running.noteKeeper(becameActive(web, 'adopted'));
    await vi.advanceTimersByTimeAsync(everyMs);
    await eventually(inKernel).toEqual(['tcp 10.0.0.1:80']);
  });

  describe('the services leave the kernel when this director serves no group any more', () => {
    async function serving(...vrids: readonly number[]): Promise<RulesDuty> {
      const serves = await begun(storeOf(one), 'cold');
      for (const vrid of [web, mail]) serves.noteKeeper(vrids.includes(vrid) ? becameActive(vrid) : becameBackup(vrid));
      write();
      return serves;
    }

    test.each([
      ['backup', becameBackup(web)],
      ['in fault', fact({ type: 'enteredFault', vrid: web, reason: 'link-down', detail: 'eth0' })],
      ['in maintenance', fact({ type: 'enteredMaintenance', vrid: web })],
    ])('because it is %s', async (_title, message) => {
      const running = await serving(web);
      running.noteKeeper(message);
      await eventually(inKernel).toEqual([]);
      await eventually(() => lastTold()?.mark.ready).toBe(true);
      expect(lastTold()?.batch.labels).toHaveLength(2);
    });

    test('and until they are out and prepared anew it takes nothing over', async () => {
      const running = await serving(web);
      running.noteKeeper(becameBackup(web));
      expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
      expect(lastTold()?.mark.ready).toBe(false);
      await running.close();
      expect(lastTold()?.mark.ready).toBe(true);
    });

    test('because it stopped, before the end', async () => {
      const running = await serving(web);
      running.noteKeeper(stopped(web, true));
      await running.close();
      expect(inKernel()).toEqual([]);
    });

    test('but not when it stopped in place', async () => {
      const running = await serving(web, mail);
      for (const vrid of [web, mail]) running.noteKeeper(stopped(vrid, false));
      await running.close();
      expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
    });

    test('and not before the last of its groups is gone', async () => {
      const running = await serving(web, mail);
      running.noteKeeper(becameBackup(web));
      running.noteKeeper(becameActive(web));
      running.noteKeeper(becameBackup(mail));
      await vi.advanceTimersByTimeAsync(0);
      expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
      running.noteKeeper(becameBackup(web));
      await eventually(inKernel).toEqual([]);
    });

    test('a restarted director keeps them while it does not know whether it still serves', async () => {
      ipvs.write((await begun(storeOf(one), 'cold').then(() => lastTold()))?.batch ?? expect.fail('nothing was told'));
      const running = await begun(storeOf(one), 'cold');
      running.noteKeeper(becameBackup(mail));
      await running.close();
      expect(inKernel()).toEqual(['tcp 10.0.0.1:80']);
    });

    test('what the kernel does not give up is told', async () => {
      const running = await serving(web);
      ipvs.refusal = 'EPERM';
      running.noteKeeper(becameBackup(web));
      await running.close();
      expect(events).toContainEqual({
        type: 'rulesLeft',
        failures: [{ object: 'service tcp 10.0.0.1:80 rr', attempt: 'remove', errno: 'EPERM' }],
      });
    });
  });
});
