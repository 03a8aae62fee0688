import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../src/alerts/delivery.ts';
import { deliverByExec } from '../../src/alerts/exec.ts';
import { callScripts } from '../../src/alerts/notify.ts';
import type { NotifyTarget } from '../../src/config/alertChannel.ts';
import { eventually } from '../eventually.ts';
import { anEvent, peerLost, takeover } from './events.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-programs-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function program(body: string, name = 'program'): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}

const told = (command: string, event = anEvent(), timeoutMs = 15_000): Promise<Delivery> =>
  deliverByExec(command, timeoutMs)(event, new AbortController().signal);

test('a program gets the event in its environment and as JSON on its input, and nothing of the daemon’s environment', async () => {
  process.env['SOME_PASSWORD'] = 'hunter2';
  const out = join(directory, 'out');
  const event = { ...peerLost(), text: 'vs1 not heard; "took over" $(reboot)' };
  const delivery = await told(await program(`cat > ${out}; env >> ${out}`), event);
  delete process.env['SOME_PASSWORD'];
  expect(delivery).toEqual({ ok: true });
  const [input = '', ...environment] = (await readFile(out, 'utf8')).split('\n');
  expect(JSON.parse(input)).toEqual(event);
  const words = { TEXT: event.text, TYPE: 'peerLost', SEVERITY: 'warning', NODE: 'vsbak', PEER: 'vs1', CLUSTER: 'web', ID: event.id };
  const expected = Object.entries({ ...words, TROUBLE: 'peer:vs1', IS_OVER: 'false' }).map(([name, value]) => `VSPAIR_${name}=${value}`);
  expect(environment).toEqual(expect.arrayContaining(expected));
  expect(environment.join()).not.toContain('hunter2');
  expect(environment.join()).not.toContain('VSPAIR_GROUP');
});

test('a program that fails is tried again, and the last of what it said is kept', async () => {
  const delivery = await told(await program(`yes | head -c 5000; echo 'no modem' >&2; exit 3`));
  expect(delivery).toMatchObject({ ok: false, again: true, detail: expect.stringMatching(/^exit code 3: y.*no modem$/s) as unknown });
  expect(JSON.stringify(delivery).length).toBeLessThan(3500);
});

test('a program that is not there is not tried again', async () => {
  expect(await told(join(directory, 'nothing'))).toMatchObject({ again: false, detail: expect.stringContaining('ENOENT') as unknown });
});

test('a program that takes too long is killed with everything that it started', async () => {
  const pids = join(directory, 'pids');
  const delivery = await told(await program(`sleep 600 & echo $! > ${pids}; echo $$ >> ${pids}; wait`), anEvent(), 2000);
  expect(delivery).toMatchObject({ ok: false, again: true, detail: 'killed: not done within 2000 ms' });
  const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number);
  expect(started).toHaveLength(2);
  await eventually(() => Promise.all(started.map(isRunning))).toEqual([false, false]);
});

test('a program that leaves something running behind it is done when it ends itself', async () => {
  const pid = join(directory, 'pid');
  const delivery = await told(await program(`sleep 600 & echo $! > ${pid}`));
  process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL');
  expect(delivery).toEqual({ ok: true });
});

test('a program that does not read its input is no failure', async () => {
  // A text of this length does not fit an environment variable: the system refuses to start the program.
  expect(await told(await program('exec 0<&-; exit 0'), anEvent({ text: 'x'.repeat(200_000) }))).toMatchObject({
    ok: false,
    detail: expect.stringContaining('E2BIG') as unknown,
  });
  expect(await told(await program('exec 0<&-; exit 0'))).toEqual({ ok: true });
});

const scripts = (more: Partial<NotifyTarget>): NotifyTarget => ({
  kind: 'notify',
  type: 'INSTANCE',
  script: undefined,
  of: { MASTER: undefined, BACKUP: undefined, FAULT: undefined, STOP: undefined },
  ...more,
});

const call = (target: NotifyTarget, state: 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP'): Promise<Delivery> =>
  callScripts(target, { group: 'web', state, priority: 150 }, 15_000, new AbortController().signal);

test('scripts written for keepalived are called as it calls them: the one of the state first, then the general one', async () => {
  const out = join(directory, 'out');
  const general = await program(`echo "$@" >> ${out}`, 'notify.sh');
  const special = await program(`echo "special $@" >> ${out}`, 'special.sh');
  const of = { MASTER: [special, 'master'], BACKUP: [special, 'backup'], FAULT: undefined, STOP: undefined } as const;
  for (const state of ['MASTER', 'BACKUP', 'FAULT', 'STOP'] as const)
    await call(scripts({ type: 'GROUP', script: [general, 'own'], of }), state);
  expect((await readFile(out, 'utf8')).trim().split('\n')).toEqual([
    'special master',
    'own GROUP web MASTER 150',
    'special backup',
    'own GROUP web BACKUP 150',
    'own GROUP web FAULT 150',
    'own GROUP web STOP 150',
  ]);
});

test('a script is not called again for a state that may be past: its exit code is a failure that is told', async () => {
  const script = await program('exit 1', 'notify.sh');
  expect(await call(scripts({ script: [script] }), 'MASTER')).toEqual({ ok: false, again: false, detail: `${script}: exit code 1` });
});

test('a takeover has what it took in its environment', async () => {
  const out = join(directory, 'out');
  await told(await program(`echo "$VSPAIR_GROUP $VSPAIR_REASON $VSPAIR_GAPMS" > ${out}`), takeover());
  expect(await readFile(out, 'utf8')).toBe('shop active-down 315\n');
});

/** A killed process that nobody has waited for is a zombie: it runs no more. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !/\) [ZX]/.test(status);
}
