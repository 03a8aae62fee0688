// Checks how a document reads in the terms of IPVS.
import { describe, expect, test } from 'vitest';
import { kernelServicesOf, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
import { rules, server, service } from './documents.ts';

describe('the key of a service', () => {
  test.each([
    ['tcp 10.0.0.1:80', { by: 'address', family: 4, protocol: 'tcp', address: '10.0.0.1', port: 80 }],
    ['udp [2001:db8::1]:53', { by: 'address', family: 6, protocol: 'udp', address: '2001:db8::1', port: 53 }],
    ['fwmark 7', { by: 'mark', family: 4, mark: 7 }],
    ['fwmark6 7', { by: 'mark', family: 6, mark: 7 }],
  ] as const)('%s', (key, id) => {
    expect(serviceKey(id)).toBe(key);
  });

  test('a server is named by address and port', () => {
    expect(serverKey({ family: 6, address: '2001:db8::11', port: 80 })).toBe('[2001:db8::11]:80');
  });
});

describe("a document in the kernel's terms", () => {
  const [plain, sticky] = kernelServicesOf(
    rules(
      service('10.0.0.1', [server('10.0.0.11', { forward: 'tun', weight: 3, upperThreshold: 9, lowerThreshold: 4 })], {
        protocol: 'udp',
        onePacket: true,
      }),
      service('2001:db8::1', [server('10.0.0.12')], { persistence: 300, persistenceNetmask: '64' }),
    ),
  );

  test('without persistence each client address counts by itself', () => {
    expect(plain?.service).toMatchObject({ flags: 0x04, timeout: 0, netmask: '255.255.255.255' });
    expect(kernelServicesOf(rules(service('2001:db8::1', [])))[0]?.service.netmask).toBe('128');
  });

  test('persistence is a flag, a time and a netmask', () => {
    expect(sticky?.service).toMatchObject({ flags: 0x01, timeout: 300, netmask: '64' });
  });

  test('a server keeps its method, weight and thresholds, and is reached by plain IPIP in tun', () => {
    expect(plain?.servers).toEqual([
      {
        family: 4,
        address: '10.0.0.11',
        port: 80,
        forward: 'tun',
        weight: 3,
        upperThreshold: 9,
        lowerThreshold: 4,
        tunnel: { type: 'ipip', port: 0, flags: 0 },
      },
    ]);
  });

  test('a server may be of the other family than its service', () => {
    expect(sticky?.servers[0]?.family).toBe(4);
  });
});
