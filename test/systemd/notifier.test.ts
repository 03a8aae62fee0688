// What systemd hears of a service, on a real socket of its kind.
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatagramSender } from '../../src/kernel/unixDatagram.ts';
import { createNotifier, type Notifier } from '../../src/systemd/notifier.ts';
import { eventually } from '../eventually.ts';
import { ServiceEar } from './serviceEar.ts';

interface Scene {
  readonly ear: ServiceEar;
  readonly notifier: Notifier;
  readonly failures: readonly string[];
  /** Fills the receiver's queue with messages of somebody else. */
  readonly fill: () => void;
}

function scene(): Scene {
  const ear = new ServiceEar('abstract');
  const { send, close } = openDatagramSender(ear.address);
  const failures: string[] = [];
  onTestFinished(() => {
    close();
    ear.close();
  });
  return {
    ear,
    failures,
    notifier: createNotifier({ send, onFailure: (errno) => failures.push(errno), now: () => 1_234_567.891 }),
    fill() {
      while (send('FILLED=1') === undefined);
    },
  };
}

const without = (messages: readonly string[]): string[] => messages.filter((message) => message !== 'FILLED=1');

test('each thing is said in the words of sd_notify(3)', () => {
  const { ear, notifier } = scene();
  notifier.status('vs1: backup\nfor web');
  notifier.ready();
  notifier.feedWatchdog();
  notifier.reloading();
  notifier.stopping();
  expect(ear.heard()).toEqual([
    'STATUS=vs1: backup for web',
    'READY=1',
    'WATCHDOG=1',
    'RELOADING=1\nMONOTONIC_USEC=1234567891',
    'STOPPING=1',
  ]);
});

describe('while systemd has no room', () => {
  test('messages wait, in order, and arrive when it has', async () => {
    const { ear, notifier, fill, failures } = scene();
    fill();
    notifier.ready();
    notifier.status('vs1: backup for web');
    const heard: string[] = [];
    await eventually(() => {
      heard.push(...without(ear.heard(1)));
      return heard;
    }).toEqual(['READY=1', 'STATUS=vs1: backup for web']);
    expect(failures).toEqual([]);
  });

  test('only the newest of each kind waits: a receiver that never reads costs no memory', async () => {
    const { ear, notifier, fill } = scene();
    fill();
    notifier.ready();
    for (let count = 0; count < 1_000; count += 1) {
      notifier.feedWatchdog();
      notifier.status(`role ${count}`);
    }
    notifier.reloading();
    notifier.ready();
    ear.heard();
    const heard: string[] = [];
    await eventually(() => {
      heard.push(...ear.heard());
      return heard.map((message) => message.split('\n')[0]);
    }).toEqual(['WATCHDOG=1', 'STATUS=role 999', 'RELOADING=1', 'READY=1']);
  });
});

test('that nobody listens is told once, and what waits is not kept', () => {
  const { ear, notifier, failures } = scene();
  ear.close();
  notifier.ready();
  notifier.stopping();
  expect(failures).toEqual(['ECONNREFUSED']);
});
