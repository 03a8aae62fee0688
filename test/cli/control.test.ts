// The commands that ask a running daemon: the real command against a real socket.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RpcRefusal } from '../../src/rpc/methods.ts';
import type { RulesDocument, RulesRevision } from '../../src/rules/document.ts';
import { server, service } from '../rules/documents.ts';
import { answering } from './answering.ts';
import { directory, spawned } from './process.ts';
import { report } from './report.ts';
import { containing, like, ran } from './terminal.ts';

const document: RulesDocument = {
  services: [service('10.0.0.1', [server('10.0.0.11')], { scheduler: 'wlc' })],
};

const revision: RulesRevision = {
  revision: 12,
  format: 2,
  writtenBy: '0.1.0',
  digest: '00112233445566aa',
  author: 'root@vs1',
  time: '2026-11-23T10:00:00Z',
  message: 'two\nlines',
  document,
};

/** As it comes out of JSON: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const rulesFile = 'services:\n  - address: 10.0.0.1:80\n    servers:\n      - { address: 10.0.0.11:80 }\n';

function written(text: string): string {
  const file = join(directory(), 'r.yaml');
  writeFileSync(file, text);
  return file;
}

test('status of a healthy pair exits 0, its first line says that it would survive', async () => {
  const socket = await answering({ status: () => report() });
  const { out, err, exitCode } = await spawned('status', '--socket', socket);
  expect(out.split('\n')[0]).toBe('The pair would survive a failure now.');
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
});

test.each([
  ['protected', 0],
  ['attention', 3],
  ['notRedundant', 20],
  ['peerNotHeard', 21],
  ['bothActive', 22],
  ['nobodyActive', 23],
] as const)('status of a pair that is %s exits %i', async (state, exitCode) => {
  const socket = await answering({ status: () => report({ verdict: { state, text: 'the verdict', advice: null } }) });
  expect(await ran(['status', '--socket', socket])).toMatchObject({ err: '', exitCode });
});

test('status --json is the whole report', async () => {
  const socket = await answering({ status: () => report() });
  const { out, exitCode } = await spawned('status', '--json', '--socket', socket);
  expect(JSON.parse(out)).toEqual(plain(report()));
  expect(exitCode).toBe(0);
});

test('without a daemon status shows nothing and exits 5', async () => {
  const socket = join(directory(), 'c.sock');
  expect(await spawned('status', '--socket', socket)).toEqual({
    out: '',
    err: `vspair: ${socket}: cannot reach the daemon: there is no such socket\n  see whether it runs: systemctl status vspair, journalctl -u vspair; or name another socket by --socket [VSP_DAEMON_NOT_REACHABLE]`,
    exitCode: 5,
  });
});

test('with --json the missing daemon is JSON too', async () => {
  const { out, exitCode } = await spawned('status', '--json', '--socket', '/nowhere/c.sock');
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'VSP_DAEMON_NOT_REACHABLE', exitCode: 5 } });
  expect(exitCode).toBe(5);
});

test('the socket is that of the configuration when none is given', async () => {
  const socket = await answering({ status: () => report() });
  const config = written(
    `cluster: web\ndirectors: { a: { addresses: [10.0.0.2] }, b: { addresses: [10.0.0.3] } }\ngroups: [{ name: web, vrid: 51, vips: [{ address: 10.0.0.1/24, dev: eth0 }] }]\ncontrol: { socket: ${socket} }\n`,
  );
  expect(await ran(['status', '--config', config])).toMatchObject({ exitCode: 0 });
});

test('a configuration that is being edited does not keep the commands from the daemon', async () => {
  const asked: string[] = [];
  const connect = (socket: string) => Promise.reject(new Error(String(asked.push(socket))));
  await ran(['status', '--config', written('cluster: [')], { connect });
  expect(asked).toEqual(['/run/vspair/control.sock']);
});

test('a daemon that refuses a command is exit 4, one that fails is exit 1', async () => {
  const refusing = await answering({
    status: () => {
      throw new RpcRefusal('refused', 'it is stopping');
    },
  });
  expect(await ran(['status', '--socket', refusing])).toMatchObject({
    out: '',
    err: containing('it is stopping'),
    exitCode: 4,
  });
  expect(await ran(['status', '--socket', await answering({})])).toMatchObject({
    out: '',
    err: containing('this was not to be asked'),
    exitCode: 1,
  });
});

test('rules apply sends the document with author and message', async () => {
  const asked: unknown[] = [];
  const socket = await answering({
    rulesApply: (params) => {
      asked.push(params);
      return { ok: true, revision: 13, digest: '00112233445566aa' };
    },
    rulesShow: () => revision,
  });
  const { out, err, exitCode } = await spawned(
    'rules',
    'apply',
    written(rulesFile),
    '-m',
    'real3 added',
    '--expected-revision',
    '12',
    '--no-wait',
    '--socket',
    socket,
  );
  expect({ out, err, exitCode }).toEqual({ out: containing('revision 13 is accepted (digest 00112233445566aa)'), err: '', exitCode: 0 });
  expect(asked).toEqual([
    {
      document: plain(document),
      author: like(/^\w+@/),
      message: 'real3 added',
      expectedRevision: 12,
    },
  ]);
});

test('a rules file that is wrong in one line is not sent at all, exit 6', async () => {
  const socket = await answering({});
  const file = written(rulesFile.replace('10.0.0.11:80', '10.0.0.11:81'));
  const { out, err, exitCode } = await spawned('rules', 'apply', file, '--socket', socket);
  expect(err).toContain(`${file}:4:20: services[0].servers[0].address has port 81 and its service has port 80;`);
  expect(err).toContain('[VSP_RULES_INVALID]');
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 6 });
});

test.each([
  ['unavailable', 'VSP_STORE_UNAVAILABLE', 7, 'the detail; revision 14 stays in use'],
  ['unconfirmed', 'VSP_RULES_UNCONFIRMED', 7, 'the detail'],
  ['newer', 'VSP_FORMAT_NEWER', 4, 'the detail; revision 14 stays in use'],
])('rules that are not taken (%s) end with %s', async (reason, code, exit, said) => {
  const socket = await answering({ rulesApply: () => ({ ok: false, reason, detail: 'the detail', currentRevision: 14 }) });
  const { err, exitCode } = await ran(['rules', 'apply', written(rulesFile), '--socket', socket]);
  expect(err.split('\n')[0]).toMatch(new RegExp(`: cannot apply it: ${said}$`));
  expect(err).toContain(`[${code}]`);
  expect(exitCode).toBe(exit);
});

test('rules export gives the rules in use as lines for ipvsadm, and nothing when there are none', async () => {
  const socket = await answering({ rulesShow: () => revision });
  expect(await spawned('rules', 'export', '--ipvsadm', '--socket', socket)).toEqual({
    out: '-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.0.0.11:80 -g -w 1',
    err: '',
    exitCode: 0,
  });
  expect(await ran(['rules', 'export', '--ipvsadm', '--socket', await answering({})])).toEqual({ out: '', err: '', exitCode: 0 });
});

test('rules show is a rules file with its revision above it', async () => {
  const socket = await answering({ rulesShow: () => revision });
  expect(await spawned('rules', 'show', '--socket', socket)).toEqual({
    out: `# revision 12, digest 00112233445566aa, 2026-11-23T10:00:00Z by root@vs1: two lines
format: 2
services:
  - address: 10.0.0.1:80
    protocol: tcp
    scheduler: wlc
    forward: dr
    servers:
      - { address: 10.0.0.11:80, weight: 1 }`,
    err: '',
    exitCode: 0,
  });
});

test('no rules yet are an empty rules file', async () => {
  const socket = await answering({ rulesShow: () => null });
  expect(await ran(['rules', 'show', '--socket', socket])).toMatchObject({
    out: '# There are no rules yet: vspair rules apply FILE\nservices: []',
    exitCode: 0,
  });
  expect(await ran(['rules', 'show', '--json', '--socket', socket])).toMatchObject({ out: 'null', exitCode: 0 });
});
