// `vspair alerts`: the real command against a real socket.
import { expect, test } from 'vitest';
import type { AlertTried } from '../../src/control/protocol.ts';
import type { AlertChannelStatus } from '../../src/control/status.ts';
import { answering } from './answering.ts';
import { report } from './report.ts';
import { ran } from './terminal.ts';

interface Told {
  readonly tried?: readonly AlertTried[] | null;
  readonly channels?: readonly AlertChannelStatus[];
}

/** A daemon whose channels stand so; gives its socket. */
function standing({ tried = [], channels = [] }: Told): Promise<string> {
  const { self } = report();
  const alerts = { ...self.daemon.alerts, channels };
  return answering({ status: () => report({ self: { ...self, daemon: { ...self.daemon, alerts } } }), alertsTest: () => tried });
}

const chat = { channel: 'chat', ok: true, detail: null };
const pager = { channel: 'pager', ok: false, detail: 'exit code 3' };

test('a test tells what became of it on each channel, and fails when one did', async () => {
  const socket = await standing({ tried: [chat, pager] });
  expect(await ran(['alerts', 'test', '--socket', socket])).toMatchObject({
    out: 'chat: delivered\npager: FAILED: exit code 3',
    exitCode: 1,
  });
  const { out } = await ran(['alerts', 'test', '--json', '--socket', socket]);
  expect(JSON.parse(out)).toEqual([chat, pager]);
  expect(await ran(['alerts', 'test', '--socket', await standing({ tried: [chat] })])).toMatchObject({ exitCode: 0 });
});

test('a channel that is not there, and a configuration without channels, are refused with what to do', async () => {
  const unknown = await ran(['alerts', 'test', 'pagr', '--socket', await standing({ tried: null })]);
  expect(unknown).toMatchObject({
    exitCode: 4,
    err: expect.stringContaining('alert channel pagr: cannot try it out: there is no such channel') as unknown,
  });
  const none = await ran(['alerts', 'test', '--socket', await standing({})]);
  expect(none).toMatchObject({ exitCode: 4, err: expect.stringContaining('has no channels') as unknown });
});

test('the status shows what each channel has told and what waits, and exits 3 while one fails', async () => {
  const works = { name: 'chat', delivered: 4, failed: 0, waiting: 0, unsaved: 0 };
  const fails = { name: 'pager', delivered: 1, failed: 1, waiting: 2, unsaved: 0, trouble: 'exit code 3' };
  const socket = await standing({ channels: [works, fails] });
  expect(await ran(['alerts', 'status', '--socket', socket])).toMatchObject({
    out: [
      'CHANNEL  DELIVERED  WAITING  FAILED  TROUBLE',
      'chat     4          0        0',
      'pager    1          2        1       exit code 3',
    ].join('\n'),
    exitCode: 3,
  });
  expect(await ran(['alerts', 'status', '--socket', await standing({ channels: [works] })])).toMatchObject({ exitCode: 0 });
  expect(await ran(['alerts', 'status', '--socket', await standing({})])).toMatchObject({ out: 'no alert channels', exitCode: 0 });
});
