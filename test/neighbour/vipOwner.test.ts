import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vipOwner } from '../../src/neighbour/vipOwner.ts';
import { eventually } from '../eventually.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vspair-neighbour-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function program(name: string, body: string): Promise<void> {
  const file = join(directory, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}

/** The programs as the machine would have them, with the output of `arp` given. */
async function answering(arp: string): Promise<string> {
  await program('ping', 'exit 0');
  await program('arp', arp);
  return `${directory}:${process.env['PATH'] ?? ''}`;
}

const header = 'Address                  HWtype  HWaddress           Flags Mask            Iface';

test('the hardware address of the neighbour table is found', async () => {
  const path = await answering(`echo '${header}'; echo '10.0.0.1   ether   02:AB:00:00:00:0c   C   eth0'`);
  expect(await vipOwner('10.0.0.1', { path })).toEqual({ ok: true, mac: '02:ab:00:00:00:0c' });
});

test.each([
  ['an incomplete entry', `echo '${header}'; echo '10.0.0.1   (incomplete)   eth0'`, 'nobody-answers'],
  ['no entry', `echo '10.0.0.1 (10.0.0.1) -- no entry'`, 'nobody-answers'],
  ['an empty line', `echo '${header}'; echo`, 'nobody-answers'],
  ['a failing arp, which node-arp prints and reports', 'exit 1', 'failed'],
])('%s is no owner', async (_what, arp, reason) => {
  const path = await answering(arp);
  expect(await vipOwner('10.0.0.1', { path })).toMatchObject({ ok: false, reason });
});

test.each(['-V', '10.0.0.1; reboot', '2001:db8::1', '', '10.0.0', '010.0.0.1'])(
  'what is no IPv4 address never becomes an argument: %j',
  async (address) => {
    const path = await answering('exit 0');
    await program('ping', `touch ${join(directory, 'started')}`);
    expect(await vipOwner(address, { path })).toMatchObject({ ok: false, reason: 'not-ipv4' });
    await expect(readFile(join(directory, 'started'))).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('a machine without the programs is told so, and this process lives on', async () => {
  await program('arp', 'exit 0');
  expect(await vipOwner('10.0.0.1', { path: directory })).toEqual({
    ok: false,
    reason: 'tools-missing',
    detail: 'ping not found (iputils-ping, net-tools)',
  });
});

test('a program that cannot be started after all ends the look-up, not this process', async () => {
  await writeFile(join(directory, 'ping'), '#!/nowhere/interpreter\n');
  await chmod(join(directory, 'ping'), 0o755);
  await program('arp', 'exit 0');
  expect(await vipOwner('10.0.0.1', { path: directory })).toMatchObject({ ok: false, reason: 'failed' });
});

test('a ping that takes too long is given up and ended', async () => {
  const path = await answering('exit 0');
  await program('ping', `echo $$ > ${join(directory, 'pid')}; exec sleep 600`);
  const looked = vipOwner('10.0.0.1', { path, timeoutMs: 3000 });
  const pid = (): Promise<string> => readFile(join(directory, 'pid'), 'utf8');
  await eventually(pid).not.toBe('');
  expect(await looked).toEqual({ ok: false, reason: 'timed-out', detail: 'no answer within 3000 ms' });
  await eventually(async () => /\) [SR] /.test(await readFile(`/proc/${(await pid()).trim()}/stat`, 'utf8').catch(() => ''))).toBe(false);
});

test('the director that holds a virtual IP is found by the real programs', () => {
  const [here, there] = [`vspair-arp-a-${process.pid}`, `vspair-arp-b-${process.pid}`];
  const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
  ip('netns', 'add', here);
  ip('netns', 'add', there);
  try {
    ip('-n', here, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', there);
    for (const [space, address] of [
      [here, '10.9.0.2/24'],
      [there, '10.9.0.1/24'],
    ] as const) {
      ip('-n', space, 'link', 'set', 'eth0', 'up');
      ip('-n', space, 'address', 'add', address, 'dev', 'eth0');
    }
    const mac = / link\/ether ([0-9a-f:]{17}) /.exec(ip('-n', there, 'link', 'show', 'eth0'))?.[1];
    const script = `import { vipOwner } from './src/neighbour/vipOwner.ts'; console.log(JSON.stringify(await vipOwner('10.9.0.1')));`;
    const { stdout } = spawnSync('ip', ['netns', 'exec', here, process.execPath, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual({ ok: true, mac });
  } finally {
    ip('netns', 'del', here);
    ip('netns', 'del', there);
  }
});
