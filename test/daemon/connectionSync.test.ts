// Both halves of the connection synchronisation run, with the settings of the configuration.
import { expect, test } from 'vitest';
import type { SyncConfig } from '../../src/config/config.ts';
import { syncSettings } from '../../src/daemon/connectionSync.ts';
import { keepIpvsSettings } from '../../src/daemon/ipvsSettings.ts';
import type { KernelFailure } from '../../src/keeper/ports.ts';
import type { IpvsDaemon } from '../../src/wire/ipvs.ts';

const sync: SyncConfig = { dev: 'eth1', syncId: 5, maxLength: undefined, group: '224.0.0.81', port: 8848, ttl: 1 };
/** The kernel tells what it chose itself. */
const daemon = (role: IpvsDaemon['role'], more: Partial<IpvsDaemon> = {}): IpvsDaemon => ({ role, ...sync, maxLength: 1472, ...more });

/** What a kernel with these daemons is asked for. */
function asked(wish: SyncConfig, running: readonly IpvsDaemon[], refusal?: KernelFailure) {
  const requests: string[] = [];
  const ipvs = {
    syncDaemons: () => running,
    startSync(one: IpvsDaemon) {
      requests.push(`start ${one.role} on ${one.dev}`);
      return one.role === 'master' ? refusal : undefined;
    },
    stopSync(role: IpvsDaemon['role']) {
      requests.push(`stop ${role}`);
      return undefined;
    },
  };
  const settings = keepIpvsSettings({ settings: syncSettings(ipvs, wish), everyMs: 60_000, report: () => undefined });
  settings.close();
  return { requests, refused: settings.refused() };
}

test('both halves run on every director: only the active has connections to tell of', () => {
  expect(asked(sync, []).requests).toEqual(['start master on eth1', 'start backup on eth1']);
});

test('halves that run as they should are left alone, whatever length the kernel chose', () => {
  expect(asked(sync, [daemon('master'), daemon('backup', { maxLength: 9000 })]).requests).toEqual([]);
});

test('a kernel that tells less than newer ones is taken at its word', () => {
  const older = { group: undefined, port: undefined, ttl: undefined, maxLength: undefined };
  expect(asked({ ...sync, maxLength: 1400 }, [daemon('master', older), daemon('backup', older)]).requests).toEqual([]);
});

test.each([
  ['dev', 'eth0'],
  ['syncId', 6],
  ['group', 'ff02::81'],
  ['port', 8849],
  ['ttl', 2],
  ['maxLength', 1400],
] as const)('a half that runs with another %s is started again', (key, value) => {
  expect(asked({ ...sync, maxLength: 1472 }, [daemon('master', { [key]: value }), daemon('backup')]).requests).toEqual([
    'stop master',
    'start master on eth1',
  ]);
});

test('a half that the kernel refuses is told, and the other one is started all the same', () => {
  const failure = { object: 'master sync daemon on eth1', attempt: 'start', errno: 'ENODEV' };
  const { requests, refused } = asked(sync, [], failure);
  expect(requests).toEqual(['start master on eth1', 'start backup on eth1']);
  expect(refused).toEqual([failure]);
});
