// The one line of `systemctl status`.
import { expect, test } from 'vitest';
import { roleLine } from '../../src/systemd/roleLine.ts';
import { group, keeper } from '../daemon/pair.ts';

test('it names the groups by what this director does for them, what needs people first', () => {
  const groups = [
    group({ name: 'web', phase: 'active' }),
    group({ name: 'dns', phase: 'backup' }),
    group({ name: 'mail', phase: 'active' }),
    group({ name: 'ftp', phase: 'fault' }),
  ];
  expect(roleLine(keeper({ groups }))).toBe('vs1: FAULT in ftp; active for web, mail; backup for dns');
});

test('it tells a start and maintenance', () => {
  expect(roleLine(keeper({ groups: [group({ phase: 'initialize' })] }))).toBe('vs1: starting with web');
  expect(roleLine(keeper({ groups: [group({ phase: 'maintenance' })] }))).toBe('vs1: in maintenance for web');
});
