// `vspair rules history` of directors that share their rules through a real Redis, while it is there and while it is not.
import { expect, test } from 'vitest';
import { applied, connected, redis, rules } from '../store/redisDirector.ts';
import { rulesDaemon } from './rulesDaemon.ts';
import { like } from './terminal.ts';

test('the history of a store that cannot be read is that of this director’s disk, and the command says so', async () => {
  const server = await redis();
  const { store } = await connected(server);
  await applied(store, rules(1), { message: 'first' });
  await applied(store, rules(2), { message: 'second' });
  const daemon = await rulesDaemon(undefined, store);
  const shared = await daemon.rules('history', '--json');
  expect(shared).toMatchObject({ err: '', exitCode: 0 });
  expect(JSON.parse(shared.out)).toMatchObject([{ localCopy: false }, { localCopy: false }]);

  await server.kill();
  const local = await daemon.rules('history', '--json');
  const note = like(/^warning: .*history of the rules: cannot read it: .*; these are the revisions on the disk of this director$/);
  expect(local).toMatchObject({ err: note, exitCode: 0 });
  expect(JSON.parse(local.out)).toMatchObject([
    { revision: 2, message: 'second', inUse: true, superseded: false, localCopy: true },
    { revision: 1, message: 'first', inUse: false, superseded: false, localCopy: true },
  ]);
  expect(await daemon.rules('history', '--limit', '1')).toMatchObject({ out: like(/\n2 +in use .* second$/), err: note, exitCode: 0 });
});
