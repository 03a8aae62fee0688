// What systemd hears of a daemon, on a real socket, from its start to its end.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { GroupPhase } from '../../src/core/types.ts';
import type { KeeperThread } from '../../src/daemon/keeperThread.ts';
import { type Supervision, superviseBy } from '../../src/daemon/supervision.ts';
import { eventually } from '../eventually.ts';
import { ServiceEar } from '../systemd/serviceEar.ts';
import { group, keeper } from './pair.ts';

interface Scene {
  readonly supervision: Supervision;
  readonly heard: () => string[];
  readonly runtime: string;
  readonly failures: readonly string[];
}

function scene(env: NodeJS.ProcessEnv = {}): Scene {
  const ear = new ServiceEar('path');
  const runtime = mkdtempSync(join(tmpdir(), 'vspair-runtime-'));
  onTestFinished(() => {
    ear.close();
    rmSync(runtime, { recursive: true, force: true });
  });
  const failures: string[] = [];
  const supervision = superviseBy({ NOTIFY_SOCKET: ear.address, RUNTIME_DIRECTORY: runtime, ...env }, (why) => failures.push(why));
  const all: string[] = [];
  const heard = (): string[] => {
    all.push(...ear.heard());
    return all;
  };
  return { supervision, heard, runtime, failures };
}

const unused = (): never => expect.fail('nobody is to be asked this');

/** Answers pings, and is in this phase. */
const keeperIn = (phase: () => GroupPhase): KeeperThread => ({
  post: unused,
  failover: unused,
  maintenance: unused,
  reconfigure: unused,
  shutdown: unused,
  ping: () => Promise.resolve(),
  snapshot: () => Promise.resolve(keeper({ groups: [group({ phase: phase() })] })),
});

test('it is ready, and then what it does is told whenever that may have changed', async () => {
  const { supervision, heard } = scene();
  let phase: GroupPhase = 'initialize';
  supervision.noteKeeper({ type: 'ready', realtime: 'SCHED_FIFO 50' });
  expect(heard()).toEqual([]);
  supervision.ready(keeperIn(() => phase));
  await eventually(heard).toEqual(['READY=1', 'STATUS=vs1: starting with web']);
  phase = 'active';
  supervision.noteKeeper({ type: 'fact', at: keeper().takenAt, fact: { type: 'peerHeard', peer: 'vsbak' } });
  await eventually(() => heard().at(-1)).toBe('STATUS=vs1: active for web');
});

test('the watchdog is fed by the answers of the keeper', async () => {
  const { supervision, heard } = scene({ WATCHDOG_USEC: '200000', WATCHDOG_PID: String(process.pid) });
  supervision.ready(keeperIn(() => 'backup'));
  await eventually(() => heard().filter((message) => message === 'WATCHDOG=1').length).toBeGreaterThan(2);
});

test.each(['goes well', 'fails'])('a reload lasts as long as its work, also when that %s', async (how) => {
  const { supervision, heard } = scene();
  const work = Promise.withResolvers<string>();
  const reloaded = supervision.reloading(() => work.promise);
  expect(heard()).toEqual([expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/)]);
  if (how === 'fails') work.reject(new Error('a mistake'));
  else work.resolve('done');
  await (how === 'fails' ? expect(reloaded).rejects.toThrow('a mistake') : expect(reloaded).resolves.toBe('done'));
  expect(heard().slice(1)).toEqual(['READY=1']);
});

test('a handover leaves a mark for what runs when the service has ended', async () => {
  const { supervision, heard, runtime } = scene();
  supervision.stopping('handover');
  expect(heard()).toEqual(['STOPPING=1', 'STATUS=handing over']);
  await eventually(() => existsSync(join(runtime, 'handing-over'))).toBe(true);
});

test('one that stops in place leaves none: the next process goes on', () => {
  const { supervision, heard, runtime } = scene();
  supervision.stopping('inPlace');
  expect(heard()).toEqual(['STOPPING=1', 'STATUS=stopping in place']);
  expect(existsSync(join(runtime, 'handing-over'))).toBe(false);
});

test('that systemd cannot be reached is told, and the daemon goes on', () => {
  const { supervision, failures } = scene({ NOTIFY_SOCKET: 'vsock:2:1' });
  supervision.ready(keeperIn(() => 'backup'));
  expect(failures).toEqual(['socket vsock:2:1: EAFNOSUPPORT']);
});
