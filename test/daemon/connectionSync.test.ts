import { expect, test } from 'vitest';
import type { SyncConfig } from '../../src/config/config.ts';
import { keepConnectionsInSync } from '../../src/daemon/connectionSync.ts';
import type { KernelFailure } from '../../src/keeper/ports.ts';
import type { IpvsDaemon } from '../../src/wire/ipvs.ts';

const sync: SyncConfig = { dev: 'eth1', syncId: 5 };

/** What a kernel that answers like this was asked for, and what was told. */
function startedWith(wish: SyncConfig | undefined, answer: (daemon: IpvsDaemon) => KernelFailure | undefined) {
  const asked: IpvsDaemon[] = [];
  const told: (readonly KernelFailure[])[] = [];
  const startSync = (daemon: IpvsDaemon): KernelFailure | undefined => {
    asked.push(daemon);
    return answer(daemon);
  };
  keepConnectionsInSync({ startSync }, wish, (failures) => told.push(failures));
  return { asked, failures: told.flat() };
}

test('both halves run on every director: only the active has connections to tell of', () => {
  expect(startedWith(sync, () => undefined)).toEqual({
    asked: [
      { role: 'master', dev: 'eth1', syncId: 5 },
      { role: 'backup', dev: 'eth1', syncId: 5 },
    ],
    failures: [],
  });
});

test('nothing is started that the configuration does not name', () => {
  expect(startedWith(undefined, () => undefined).asked).toEqual([]);
});

test('a half that the kernel refuses is told, and the other one is started all the same', () => {
  const failure = { object: 'master sync daemon on eth1', attempt: 'start', errno: 'ENODEV' };
  const { asked, failures } = startedWith(sync, ({ role }) => (role === 'master' ? failure : undefined));
  expect(asked.map(({ role }) => role)).toEqual(['master', 'backup']);
  expect(failures).toEqual([failure]);
});

test('a kernel without IPVS is told, and nothing is thrown', () => {
  const { failures } = startedWith(sync, () => {
    throw new Error('IPVS: cannot find ip_vs');
  });
  expect(failures).toEqual([{ object: 'connection sync on eth1', attempt: 'start', errno: 'IPVS: cannot find ip_vs' }]);
});
