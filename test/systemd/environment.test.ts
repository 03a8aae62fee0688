// What systemd says to a service that it starts.
import { expect, test } from 'vitest';
import { takeServiceEnvironment } from '../../src/systemd/environment.ts';

test('the socket and the watchdog are for this process alone, and not for what it starts', () => {
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '10000000', WATCHDOG_PID: '42', LANG: 'C' };
  expect(takeServiceEnvironment(env, 42)).toMatchObject({ notifySocket: '/run/systemd/notify', watchdogMs: 10_000 });
  expect(env).toEqual({ LANG: 'C' });
});

test('a watchdog of another process is not fed', () => {
  expect(takeServiceEnvironment({ WATCHDOG_USEC: '10000000', WATCHDOG_PID: '41' }, 42).watchdogMs).toBeUndefined();
});

test('one of no process in particular is', () => {
  expect(takeServiceEnvironment({ WATCHDOG_USEC: '500000' }, 42).watchdogMs).toBe(500);
});

test.each([{}, { NOTIFY_SOCKET: '', WATCHDOG_USEC: '0' }, { WATCHDOG_USEC: 'soon' }])('without systemd there is neither: %o', (env) => {
  expect(takeServiceEnvironment(env, 42)).toEqual({ notifySocket: undefined, watchdogMs: undefined });
});
