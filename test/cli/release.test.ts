// `vspair release`, for what a daemon that is gone left behind.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Released } from '../../src/daemon/release.ts';
import { directory } from './process.ts';
import { rulesDaemon } from './rulesDaemon.ts';
import { containing, ran } from './terminal.ts';

const nothing: Released = { addresses: [], services: 0, failures: [] };

/** Where no daemon answers. `asked` are the state directories that were named. */
function after(released: Released) {
  const asked: string[] = [];
  return {
    asked,
    release: (...words: readonly string[]) =>
      ran(['release', '--socket', join(directory(), 'none.sock'), ...words], {
        releaseKernel(stateDir) {
          asked.push(stateDir);
          return Promise.resolve(released);
        },
      }),
  };
}

test('it says what it took out', async () => {
  const { asked, release } = after({ ...nothing, addresses: ['10.0.0.1/24 dev eth0', '2001:db8::1/64 dev eth0'], services: 1 });
  expect(await release('--state-dir', '/var/lib/vs1')).toEqual({
    out: 'released 10.0.0.1/24 dev eth0\nreleased 2001:db8::1/64 dev eth0\nremoved 1 virtual service',
    err: '',
    exitCode: 0,
  });
  expect(asked).toEqual(['/var/lib/vs1']);
});

test('it says when there was nothing', async () => {
  expect(await after(nothing).release()).toMatchObject({ out: 'there was nothing left to release', exitCode: 0 });
});

test('what the kernel keeps is told, with exit code 9', async () => {
  const failures = [{ object: '10.0.0.1/24 dev eth0', attempt: 'remove address', errno: 'EPERM' }];
  const { release } = after({ ...nothing, failures });
  expect(await release()).toMatchObject({ out: '10.0.0.1/24 dev eth0: remove address failed: EPERM', exitCode: 9 });
  expect(JSON.parse((await release('--json')).out)).toEqual({ ...nothing, failures });
});

test('a file of the state directory that cannot be read is told', async () => {
  const { err } = await ran(['release', '--socket', join(directory(), 'none.sock')], {
    releaseKernel(_, onProblem) {
      onProblem({ file: 'virtual-ips.json', problem: 'corrupt', detail: 'it is cut off', setAside: undefined });
      return Promise.resolve(nothing);
    },
  });
  expect(err).toBe('vspair: virtual-ips.json: corrupt: it is cut off');
});

test('while a daemon answers it is refused, and nothing is touched', async () => {
  const { socket } = await rulesDaemon();
  const { exitCode, err } = await ran(['release', '--socket', socket]);
  expect([exitCode, err]).toEqual([4, containing('stop it first: systemctl stop vspair')]);
});
