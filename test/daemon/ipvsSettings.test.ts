// IPVS is kept at what the configuration wants: at the start, and when somebody else has changed it.
import { expect, test } from 'vitest';
import { type IpvsSetting, type IpvsSettingEvent, keepIpvsSettings } from '../../src/daemon/ipvsSettings.ts';
import type { KernelFailure } from '../../src/keeper/ports.ts';

const refusal = (errno: string): KernelFailure => ({ object: 'timeout udp', attempt: 'set', errno });

/** A setting in memory, that refuses to be written while `errno` is set. */
function setting(found: string) {
  const memory = { value: found, errno: '', unreadable: '', writes: 0 };
  const udp: IpvsSetting = {
    name: 'timeout udp',
    wanted: '60s',
    read() {
      if (memory.unreadable !== '') throw new Error(memory.unreadable);
      return memory.value;
    },
    write() {
      memory.writes += 1;
      if (memory.errno !== '') return refusal(memory.errno);
      memory.value = '60s';
      return undefined;
    },
  };
  const told: IpvsSettingEvent[] = [];
  const kept = keepIpvsSettings({ settings: [udp], everyMs: 60_000, report: (event) => told.push(event) });
  kept.close();
  return { memory, told, kept };
}

const put = (found: string, first: boolean): IpvsSettingEvent => ({ type: 'settingPut', name: 'timeout udp', found, wanted: '60s', first });

test('what is as it should be is left alone', () => {
  const { memory, told, kept } = setting('60s');
  kept.look();
  expect([memory.writes, told, kept.refused()]).toEqual([0, [], []]);
});

test('what is not is set at the start, and told', () => {
  const { memory, told } = setting('300s');
  expect([memory.value, told]).toEqual(['60s', [put('300s', true)]]);
});

test('what somebody else changes is put back, and told as that', () => {
  const { memory, told, kept } = setting('60s');
  memory.value = '5s';
  kept.look();
  expect([memory.value, told]).toEqual(['60s', [put('5s', false)]]);
});

test('a refusal is told once, stays visible, and is over when the kernel takes the value', () => {
  const { memory, told, kept } = setting('60s');
  memory.value = '5s';
  memory.errno = 'EPERM';
  kept.look();
  kept.look();
  expect([told, kept.refused()]).toEqual([[{ type: 'settingRefused', failure: refusal('EPERM') }], [refusal('EPERM')]]);
  memory.errno = '';
  kept.look();
  expect([told.at(-1), kept.refused()]).toEqual([put('5s', false), []]);
});

test('a kernel without IPVS is told, and nothing is thrown', () => {
  const { memory, told, kept } = setting('60s');
  memory.unreadable = 'IPVS: cannot find ip_vs';
  kept.look();
  expect(kept.refused()).toEqual([refusal('IPVS: cannot find ip_vs')]);
  expect(told).toEqual([{ type: 'settingRefused', failure: refusal('IPVS: cannot find ip_vs') }]);
});
