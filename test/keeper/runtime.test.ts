import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Millis, millis } from '../../src/core/types.ts';
import type { Keeper } from '../../src/keeper/keeper.ts';
import { type Runtime, startRuntime } from '../../src/keeper/runtime.ts';

const now = (): Millis => millis(performance.now());
const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const close of cleanUp.splice(0)) close();
});

/** Remembers in which order it was told what. */
interface Remembering extends Keeper {
  readonly diary: string[];
  wakeAt: number;
}

function rememberingKeeper(): Remembering {
  const keeper: Remembering = {
    diary: [],
    wakeAt: Number.POSITIVE_INFINITY,
    start: () => undefined,
    receive: () => void keeper.diary.push('receive'),
    kernelChanged: () => undefined,
    command: () => undefined,
    wake: () => void keeper.diary.push('wake'),
    nextWake: () => millis(keeper.wakeAt),
  };
  return keeper;
}

function run(keeper: Remembering): Runtime {
  const runtime = startRuntime({ keeper, now, drainKernel: () => void keeper.diary.push('drain') });
  cleanUp.push(() => runtime.stop());
  return runtime;
}

const literal = (host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void =>
  done(null, host, 4);

async function boundSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', lookup: literal, recvBufferSize: 1024 * 1024 });
  cleanUp.push(() => socket.close());
  const listening = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await listening;
  return socket;
}

/** The thread does nothing at all meanwhile, as when its machine is busy or was frozen. */
function hang(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await nextTurn();
}

describe('a timer that is due after a pause', () => {
  test('is not believed before all datagrams that wait in the socket are read', async () => {
    const keeper = rememberingKeeper();
    const [receiver, sender] = [await boundSocket(), await boundSocket()];
    const runtime = run(keeper);
    receiver.on('message', (datagram, remote) => {
      keeper.receive(0, datagram, remote.address);
      runtime.poke();
    });
    await until(() => keeper.diary.includes('wake'));
    keeper.wakeAt = now() + 20;
    runtime.poke();
    await until(() => keeper.diary.filter((line) => line === 'wake').length === 2);
    keeper.wakeAt = Number.POSITIVE_INFINITY;
    keeper.diary.length = 0;
    for (let count = 0; count < 100; count += 1) sender.send('advert', receiver.address().port, '127.0.0.1');
    hang(60);
    await until(() => keeper.diary.includes('wake'));
    expect(keeper.diary).toEqual([...new Array<string>(100).fill('receive'), 'drain', 'wake']);
  });
});

describe('what the kernel told meanwhile', () => {
  test('is looked at before each turn', async () => {
    const keeper = rememberingKeeper();
    const runtime = run(keeper);
    await until(() => keeper.diary.includes('wake'));
    runtime.poke();
    await until(() => keeper.diary.length === 4);
    expect(keeper.diary).toEqual(['drain', 'wake', 'drain', 'wake']);
  });

  test('and makes it poke leads to one more turn, not to an endless row of them', async () => {
    const keeper = rememberingKeeper();
    let changes = 3;
    const runtime = startRuntime({
      keeper,
      now,
      drainKernel: () => {
        changes -= 1;
        if (changes >= 0) runtime.poke();
      },
    });
    cleanUp.push(() => runtime.stop());
    await until(() => keeper.diary.length === 4);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(keeper.diary).toEqual(['wake', 'wake', 'wake', 'wake']);
  });
});

describe('a flood of datagrams', () => {
  test('does not keep the timers from firing', async () => {
    const keeper = rememberingKeeper();
    const runtime = run(keeper);
    await until(() => keeper.diary.includes('wake'));
    keeper.diary.length = 0;
    for (let count = 0; count < 1_000 && !keeper.diary.includes('wake'); count += 1) {
      keeper.receive(0, new Uint8Array(), '');
      runtime.poke();
      await nextTurn();
    }
    expect(keeper.diary).toContain('wake');
    expect(keeper.diary.filter((line) => line === 'receive').length).toBeGreaterThan(32);
  });
});

describe('the runtime', () => {
  test('wakes the keeper when its time has come, and once more when the timer of Node was early', async () => {
    const keeper = rememberingKeeper();
    keeper.wakeAt = now() + 30;
    const due = keeper.wakeAt;
    const moments: number[] = [];
    keeper.wake = () => {
      moments.push(now());
      if (now() >= due) keeper.wakeAt = Number.POSITIVE_INFINITY;
    };
    run(keeper);
    await until(() => keeper.wakeAt === Number.POSITIVE_INFINITY);
    const [, ...later] = moments;
    for (const moment of later) expect(moment).toBeGreaterThan(due - 2);
  });

  test('wakes it again at once when it wants that', async () => {
    const keeper = rememberingKeeper();
    keeper.wakeAt = 0;
    run(keeper);
    await until(() => keeper.diary.length >= 10);
    expect(keeper.diary.slice(0, 4)).toEqual(['drain', 'wake', 'drain', 'wake']);
  });

  test('lets it sleep when it waits for nothing, or for longer than a timer of Node can', async () => {
    for (const wakeAt of [Number.POSITIVE_INFINITY, now() + 2 ** 40]) {
      const keeper = rememberingKeeper();
      keeper.wakeAt = wakeAt;
      run(keeper);
      await until(() => keeper.diary.includes('wake'));
      await sleep(5);
      expect(keeper.diary).toEqual(['drain', 'wake']);
    }
  });

  test('is silent once it is stopped, whatever was under way', async () => {
    const keeper = rememberingKeeper();
    const runtime = run(keeper);
    await until(() => keeper.diary.includes('wake'));
    runtime.poke();
    runtime.stop();
    runtime.poke();
    keeper.diary.length = 0;
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(keeper.diary).toEqual([]);
  });
});
