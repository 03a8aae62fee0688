// Checks how a document reads in the terms of IPVS.
import { describe, expect, test } from 'vitest';
import { kernelServicesOf, matchText, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
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

  test('a range of ports is a service for each, and so are the ports of its servers', () => {
    const ranged = service('10.0.0.1', [server('10.0.0.11', { port: 9000, lastPort: 9002 }), server('10.0.0.12', { port: 8080 })], {
      port: 8000,
      lastPort: 8002,
    });
    expect(matchText(ranged.match)).toBe('tcp 10.0.0.1:8000-8002');
    expect(kernelServicesOf(rules(ranged)).map((one) => [serviceKey(one.service.id), ...one.servers.map(serverKey)])).toEqual([
      ['tcp 10.0.0.1:8000', '10.0.0.11:9000', '10.0.0.12:8080'],
      ['tcp 10.0.0.1:8001', '10.0.0.11:9001', '10.0.0.12:8080'],
      ['tcp 10.0.0.1:8002', '10.0.0.11:9002', '10.0.0.12:8080'],
    ]);
  });

  test('a marked service is found by its mark', () => {
    const marked = { ...service('10.0.0.1', []), match: { by: 'mark', family: 6, mark: 7 } } as const;
    expect(matchText(marked.match)).toBe('fwmark6 7');
    expect(kernelServicesOf(rules(marked))[0]?.service).toMatchObject({ id: { by: 'mark', family: 6, mark: 7 }, netmask: '128' });
  });

  test.each([
    ['sh-fallback', 0x08],
    ['sh-port', 0x10],
    ['mh-fallback', 0x08],
    ['mh-port', 0x10],
  ] as const)("the scheduler's flag %s is 0x%i", (flag, bits) => {
    expect(kernelServicesOf(rules(service('10.0.0.1', [], { schedulerFlags: [flag] })))[0]?.service.flags).toBe(bits);
  });

  test.each([
    [undefined, { type: 'ipip', port: 0, flags: 0 }],
    [
      { type: 'gue', port: 6080, checksum: 'remote' },
      { type: 'gue', port: 6080, flags: 2 },
    ],
    [
      { type: 'gre', checksum: 'full' },
      { type: 'gre', port: 0, flags: 1 },
    ],
  ] as const)('the tunnel %j is %j', (tunnel, told) => {
    const [one] = kernelServicesOf(rules(service('10.0.0.1', [server('10.0.0.11', { forward: 'tun', tunnel })])));
    expect(one?.servers[0]?.tunnel).toEqual(told);
  });
});
