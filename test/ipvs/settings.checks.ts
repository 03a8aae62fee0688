// In a real kernel, with ipvsadm as the second opinion: what IPVS is set to beside its rules.
import assert from 'node:assert/strict';
import type { IpvsConfig, SyncConfig } from '../../src/config/config.ts';
import { ipvsSysctls } from '../../src/config/ipvsSysctls.ts';
import { type IpvsSettingEvent, type IpvsSettings, keepIpvsSettings } from '../../src/daemon/ipvsSettings.ts';
import { settingsOf } from '../../src/daemon/ipvsWishes.ts';
import { sysctls } from '../../src/kernel/sysctls.ts';
import type { Check } from '../lab/checks.ts';
import { ipBatch } from '../lab/ip.ts';
import { rules, server, service } from '../rules/documents.ts';
import { checkWith, type Director } from './director.ts';
import { plan, write } from './kernelTable.ts';

const usualSync: SyncConfig = { dev: 'lo', syncId: 3, maxLength: undefined, group: '224.0.0.81', port: 8848, ttl: 1 };
const otherSync: SyncConfig = { dev: 'lo', syncId: 9, maxLength: 1400, group: '224.0.0.99', port: 8849, ttl: 2 };

export const checks: readonly Check[] = [
  checkWith('timeouts are set one by one, and put back when ipvsadm changes them', timeoutsAreKept),
  checkWith('sync daemons are started as ipvsadm starts them', (newDirector) => {
    for (const wish of [usualSync, otherSync, { ...otherSync, group: 'ff02::81' }]) syncAsIpvsadm(newDirector, wish);
  }),
  checkWith('a sync daemon that runs with other settings is started again with ours', (newDirector) => {
    const { settings, told, director } = kept(newDirector(), { connectionSync: usualSync });
    director.ipvsadm(['--stop-daemon', 'master']);
    director.ipvsadm(['--start-daemon', 'master', ...ipvsadmOptions(otherSync)]);
    settings.look();
    assert.match(director.ipvsadm(['-L', '--daemon']), /^master .*syncid=3.*group=224\.0\.0\.81.*\nbackup .*syncid=3/);
    assert.deepEqual(
      told.filter(({ type }) => type === 'settingPut').map((event) => 'first' in event && event.first),
      [true, true, false],
    );
  }),
  checkWith('a server of the other family and the sync daemons exclude each other, and that is told', mixedFamiliesExcludeSync),
  checkWith('every sysctl of the table is one of this kernel, and takes its smallest and its largest value', sysctlsTakeValues),
  checkWith('a sysctl that this kernel does not have is told, and the others are set', (newDirector) => {
    const wishes = ['net/ipv4/vs/nosuch', 'net/ipv4/vs/conntrack'].map((path) => ({ path, value: '1' }));
    const { settings, director } = kept(newDirector(), { sysctls: wishes });
    assert.deepEqual(settings.refused(), [{ object: 'sysctl net.ipv4.vs.nosuch', attempt: 'set', errno: 'ENOENT' }]);
    assert.equal(
      director.within(() => sysctls.read('net/ipv4/vs/conntrack')),
      '1',
    );
  }),
];

interface Kept {
  readonly settings: IpvsSettings;
  readonly told: readonly IpvsSettingEvent[];
  readonly director: Director;
}

function kept(director: Director, wishes: Partial<IpvsConfig>): Kept {
  const none = { timeouts: { tcp: undefined, tcpFin: undefined, udp: undefined }, sysctls: [], connectionSync: undefined };
  const told: IpvsSettingEvent[] = [];
  const parts = {
    settings: settingsOf({ ...none, ...wishes }, { ipvs: director.ipvs, sysctls }),
    everyMs: 60_000,
    report: (event: IpvsSettingEvent) => told.push(event),
  };
  const settings = director.within(() => keepIpvsSettings(parts));
  settings.close();
  const look = (): void => director.within(() => settings.look());
  return { settings: { ...settings, look }, told, director };
}

function timeoutsAreKept(newDirector: () => Director): void {
  const { settings, told, director } = kept(newDirector(), { timeouts: { tcp: 600, tcpFin: undefined, udp: 60 } });
  const seen = (): string => director.ipvsadm(['-L', '--timeout']).trim();
  assert.equal(seen(), 'Timeout (tcp tcpfin udp): 600 120 60');
  director.ipvsadm(['--set', '700', '130', '60']);
  settings.look();
  assert.equal(seen(), 'Timeout (tcp tcpfin udp): 600 130 60');
  assert.deepEqual(told.at(-1), { type: 'settingPut', name: 'timeout tcp', found: '700s', wanted: '600s', first: false });
}

const ipvsadmOptions = ({ dev, syncId, maxLength, group, port, ttl }: SyncConfig): string[] => [
  ...['--mcast-interface', dev, '--syncid', `${syncId}`, '--mcast-group', group, '--mcast-port', `${port}`, '--mcast-ttl', `${ttl}`],
  ...(maxLength === undefined ? [] : ['--sync-maxlen', `${maxLength}`]),
];

function syncAsIpvsadm(newDirector: () => Director, wish: SyncConfig): void {
  const [theirs, ours] = [newDirector(), newDirector()];
  // The loopback device alone has no way for IPv6 multicast.
  for (const { within } of [theirs, ours]) within(() => ipBatch(['route add multicast ff00::/8 dev lo table local']));
  for (const role of ['master', 'backup']) theirs.ipvsadm(['--start-daemon', role, ...ipvsadmOptions(wish)]);
  const { settings, director } = kept(ours, { connectionSync: wish });
  assert.deepEqual(settings.refused(), []);
  assert.equal(director.ipvsadm(['-L', '--daemon']), theirs.ipvsadm(['-L', '--daemon']));
  assert.deepEqual(director.ipvs.syncDaemons(), theirs.ipvs.syncDaemons());
  const { told } = kept(theirs, { connectionSync: wish });
  assert.deepEqual(told, []);
  for (const role of ['master', 'backup'] as const) assert.equal(director.ipvs.stopSync(role) ?? theirs.ipvs.stopSync(role), undefined);
}

function mixedFamiliesExcludeSync(newDirector: () => Director): void {
  const mixed = rules(service('10.0.0.1', [server('2001:db8::11', { forward: 'tun' })]));
  const { ipvs } = newDirector();
  assert.deepEqual(write(ipvs, plan([], mixed)), []);
  assert.equal(ipvs.startSync({ role: 'master', ...usualSync })?.errno, 'EINVAL');
  const { director } = kept(newDirector(), { connectionSync: usualSync });
  assert.deepEqual(
    write(director.ipvs, plan([], mixed)).map(({ errno }) => errno),
    ['EINVAL'],
  );
}

function sysctlsTakeValues(newDirector: () => Director): void {
  const { ipvs, within } = newDirector();
  ipvs.info();
  const failures = within(() =>
    Object.values(ipvsSysctls).flatMap(({ path, from, to, isPair }) =>
      [from, to].flatMap((value) => {
        const text = isPair ? `${Math.max(0, value - 1)} ${value}` : String(value);
        const failure = sysctls.write(path, text);
        const found = sysctls.read(path);
        return failure !== undefined || found !== text ? [`${path} ${text}: ${failure?.errno ?? found ?? ''}`] : [];
      }),
    ),
  );
  assert.deepEqual(failures, []);
}
