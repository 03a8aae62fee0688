// Sysctls are those of the network namespace in which they are read and written.
import { expect, test } from 'vitest';
import { sysctls } from '../../src/kernel/sysctls.ts';
import { ipBatch } from '../lab/ip.ts';
import { inNamespace } from '../lab/namespace.ts';

const namespace = `vspair-sysctls-${process.pid}`;

test('a sysctl is set where the process is, and nowhere else', () => {
  ipBatch([`netns add ${namespace}`]);
  try {
    const before = sysctls.read('net/ipv4/ip_forward');
    const other = before === '1' ? '0' : '1';
    const inside = inNamespace(namespace, () => {
      expect(sysctls.write('net/ipv4/ip_forward', other)).toBeUndefined();
      return sysctls.read('net/ipv4/ip_forward');
    });
    expect([inside, sysctls.read('net/ipv4/ip_forward')]).toEqual([other, before]);
  } finally {
    ipBatch([`netns del ${namespace}`]);
  }
});

test('several values are one text', () => {
  expect(sysctls.read('net/ipv4/ip_local_port_range')).toMatch(/^\d+ \d+$/);
});

test('one that does not exist is refused by name', () => {
  expect(sysctls.read('net/ipv4/nosuch')).toBeUndefined();
  expect(sysctls.write('net/ipv4/nosuch', '1')).toEqual({ object: 'sysctl net.ipv4.nosuch', attempt: 'set', errno: 'ENOENT' });
});
