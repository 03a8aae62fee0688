import { describe, expect, test } from 'vitest';
import { type CountedService, ipvsCounters } from '../../src/rules/ipvsCounters.ts';
import { kernelServicesOf } from '../../src/rules/kernelServices.ts';
import type { IpvsStats } from '../../src/wire/ipvs.ts';
import { rules, server, service } from './documents.ts';

const statsOf = (connections: number): IpvsStats => ({
  ...{ connections, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 },
  ...{ connectionRate: 0, packetRateIn: 0, packetRateOut: 0, byteRateIn: 0, byteRateOut: 0 },
});

/** A service with servers whose connections grow by one from each to the next. */
function counted(address: string, servers: number): CountedService {
  const rule = service(
    address,
    Array.from({ length: servers }, (_, index) => server(`10.0.0.${11 + index}`)),
  );
  const [held] = kernelServicesOf(rules(rule));
  if (held === undefined) throw new Error('no service');
  const reports = held.servers.map((destination, index) => ({
    destination,
    ...{ activeConnections: index + 1, inactiveConnections: 10, persistentConnections: 100 },
    stats: statsOf(index),
  }));
  return { service: held.service, stats: statsOf(servers), servers: reports };
}

const limit = (series: number) => ({ series, perService: 1, perServer: 2 });
const table = [counted('10.0.0.3', 1), counted('10.0.0.1', 2), counted('10.0.0.2', 3)];
const namesWithin = (series: number) => ipvsCounters(table, statsOf(0), limit(series)).services.map(({ service: name }) => name);

describe('the counters of IPVS', () => {
  test('are told by service and server, as rules and people name them', () => {
    const [first] = ipvsCounters(table, statsOf(0), limit(100)).services;
    expect(first).toMatchObject({ service: 'tcp 10.0.0.1:80', stats: statsOf(2) });
    expect(first?.servers[1]).toEqual({
      ...{ server: '10.0.0.12:80', forward: 'dr', weight: 1, stats: statsOf(1) },
      ...{ active: 2, inactive: 10, persistent: 100 },
    });
  });

  test('are of as many whole services as fit, in the order of their names, and the rest is counted', () => {
    expect(namesWithin(15)).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.2:80', 'tcp 10.0.0.3:80']);
    expect(namesWithin(14)).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.2:80']);
    expect(namesWithin(11)).toEqual(['tcp 10.0.0.1:80', 'tcp 10.0.0.3:80']);
    expect(namesWithin(0)).toEqual([]);
    expect([15, 14, 11, 0].map((series) => ipvsCounters(table, statsOf(0), limit(series)).leftOut)).toEqual([0, 3, 7, 15]);
  });

  test('are summed over the whole table, whatever fits', () => {
    const totals = { services: 3, servers: 6, active: 10, inactive: 60, persistent: 600, stats: statsOf(77) };
    expect(ipvsCounters(table, statsOf(77), limit(0)).totals).toEqual(totals);
    expect(ipvsCounters([], statsOf(77), limit(0)).totals).toMatchObject({ services: 0, servers: 0, active: 0, stats: statsOf(77) });
  });
});
