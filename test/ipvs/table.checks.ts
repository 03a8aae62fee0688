// In a real kernel, with ipvsadm as the second opinion: what is there is read, what is not ours stays, what is refused is
// named, and the table in memory that other tests use is like the kernel's.
import assert from 'node:assert/strict';
import { setTimeout as passed } from 'node:timers/promises';
import fc from 'fast-check';
import { ipvsTotals } from '../../src/kernel/ipvsTotals.ts';
import { compileRules } from '../../src/rules/compile.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { ipvsCounters } from '../../src/rules/ipvsCounters.ts';
import { type KernelService, kernelServicesOf, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
import type { IpvsChange } from '../../src/rules/plan.ts';
import type { IpvsStats } from '../../src/wire/ipvs.ts';
import type { Check } from '../lab/checks.ts';
import { within } from '../lab/within.ts';
import { anyDocument, atPort, rules, server, service } from '../rules/documents.ts';
import { createVirtualIpvs } from '../rules/virtualIpvs.ts';
import { checkWith, type Director } from './director.ts';
import { ipvsadmLines } from './ipvsadmLines.ts';
import { byKey, plan, write } from './kernelTable.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 5 })]);
const secure = service('10.0.0.2', web.servers, { persistence: 300, persistenceNetmask: '255.255.255.0' });
const web6 = service('2001:db8::1', [server('2001:db8::11')]);
export const checks: readonly Check[] = [
  checkWith('a second plan for any document only moves servers, a third is empty', secondPlanIsEmpty),
  checkWith('what ipvsadm wrote needs no change of ours', (newDirector) => {
    const { ipvs, ipvsadm } = newDirector();
    ipvsadm(['-R'], ipvsadmLines(rules(web, secure, web6)));
    assert.deepEqual(plan(ipvs.dump(), rules(web, secure, web6)), []);
  }),
  checkWith('a table larger than one datagram is read whole', (newDirector) => {
    const { ipvs } = newDirector();
    const servers = Array.from({ length: 200 }, (_, position) => server(`10.0.1.${position + 1}`));
    const many = rules(...Array.from({ length: 300 }, (_, position) => atPort(1000 + position, web)), { ...secure, servers });
    assert.deepEqual(write(ipvs, plan([], many)), []);
    assert.equal(ipvs.dump().length, 301);
    assert.deepEqual(plan(ipvs.dump(), many), []);
  }),
  checkWith('services of others, by address and by firewall mark, are the same after ours came and went', foreignStay),
  checkWith('editing keeps the connections and counters of a service and its server', editingKeeps),
  checkWith('the counters of each service, of each server and of all are those that ipvsadm tells', countersAsIpvsadm),
  checkWith('each refused item is named with its errno, and the others are written', refusedByName),
  checkWith('adding what is there and removing what is gone are no failures, editing what is gone is one', ordinaryFailures),
  checkWith('a mistake in each of a thousand items is told for each', (newDirector) => {
    const { service: homeless, servers } = kernelServiceOf(
      service(
        '10.0.0.1',
        Array.from({ length: 1000 }, (_, port) => server('10.0.0.11', { port })),
      ),
    );
    const failures = write(
      newDirector().ipvs,
      servers.map((one) => ({ type: 'addServer', of: homeless.id, server: one })),
    );
    assert.equal(new Set(failures.map(({ object, errno }) => `${object} ${errno}`)).size, 1000);
  }),
  checkWith('a scheduler is looked for without a trace', (newDirector) => {
    const { ipvs, saved } = newDirector();
    assert.deepEqual(
      ['rr', 'nosuch'].map((name) => ipvs.hasScheduler(name)),
      [true, false],
    );
    assert.deepEqual(saved(), []);
  }),
  checkWith('the table in memory holds and refuses what the kernel holds and refuses', memoryIsLikeKernel),
];

const keysOf = (document: RulesDocument): string[] => kernelServicesOf(document).map((one) => serviceKey(one.service.id));

function kernelServiceOf(one: RulesDocument['services'][number]): KernelService {
  const [found] = kernelServicesOf(rules(one));
  assert(found !== undefined);
  return found;
}

function secondPlanIsEmpty(newDirector: () => Director): void {
  const { ipvs } = newDirector();
  let owned: string[] = [];
  fc.assert(
    fc.property(anyDocument, (document) => {
      assert.deepEqual(write(ipvs, plan(ipvs.dump(), document, owned)), []);
      const moves = plan(ipvs.dump(), document, owned);
      assert(moves.every(({ type }) => type === 'unseatServer' || type === 'seatServer'));
      assert.deepEqual(write(ipvs, moves), []);
      assert.deepEqual(plan(ipvs.dump(), document, owned), []);
      owned = keysOf(document);
    }),
  );
}

function foreignStay(newDirector: () => Director): void {
  const { ipvs, ipvsadm, saved } = newDirector();
  const theirs = [
    '-A -t 10.9.9.9:80 -s wlc -p 60',
    '-a -t 10.9.9.9:80 -r 10.0.0.99:80 -m -w 3',
    '-A -f 7 -s rr',
    '-A -f 7 -6 -s sh -b sh-port',
  ];
  ipvsadm(['-R'], theirs.join('\n'));
  const before = saved();
  assert.equal(before.length, 4);
  write(ipvs, plan(ipvs.dump(), rules(web)));
  assert.equal(saved().length, 7);
  write(ipvs, plan(ipvs.dump(), rules(), keysOf(rules(web))));
  assert.deepEqual(saved(), before);
}

async function editingKeeps(newDirector: () => Director): Promise<void> {
  const { ipvs, sendDatagram, statistics, connectionsCounted, connections } = newDirector();
  const dns = service('10.0.0.1', [server('10.0.0.11')], { protocol: 'udp' });
  const edited = rules({
    ...dns,
    scheduler: 'wlc',
    persistence: 60,
    servers: [server('10.0.0.11', { weight: 9, upperThreshold: 100, lowerThreshold: 10 })],
  });
  write(ipvs, plan([], rules(dns)));
  sendDatagram('10.0.0.1', 80);
  await until(() => connectionsCounted() === 1);
  const before = statistics();
  assert.match(before.join(), / 1 1 .* 1 1 /);
  assert.deepEqual(write(ipvs, plan(ipvs.dump(), edited)), []);
  assert.deepEqual(statistics(), before);
  assert.deepEqual(connections(), ['UDP 10.0.0.1:80 10.0.0.11:80']);
  assert.deepEqual(plan(ipvs.dump(), edited), []);
}

/** As `ipvsadm --stats` writes them: connections, packets in and out, bytes in and out. */
const figures = ({ connections: made, packetsIn, packetsOut, bytesIn, bytesOut }: IpvsStats): string =>
  [made, packetsIn, packetsOut, bytesIn, bytesOut].join(' ');

async function countersAsIpvsadm(newDirector: () => Director): Promise<void> {
  const { ipvs, sendDatagram, statistics, connectionsCounted, within: inside } = newDirector();
  const dns = service('10.0.0.1', [server('10.0.0.11', { weight: 7 })], { protocol: 'udp' });
  const idle = { ...web, servers: [] };
  write(ipvs, plan([], rules(dns, idle)));
  sendDatagram('10.0.0.1', 80, [5001, 5002]);
  await until(() => connectionsCounted() === 2);
  const limit = { series: 1000, perService: 1, perServer: 1 };
  const { services, totals } = inside(() => ipvsCounters(ipvs.counted(), ipvsTotals(), limit));
  const lines = services.flatMap(({ service: name, stats, servers }) => [
    `${name.toUpperCase()} ${figures(stats)}`,
    ...servers.map((one) => `-> ${one.server} ${figures(one.stats)}`),
  ]);
  assert.deepEqual(lines.sort(), [...statistics()].sort());
  const [first] = services.flatMap(({ servers }) => servers);
  assert.deepEqual([first?.weight, (first?.active ?? 0) + (first?.inactive ?? 0)], [7, 2]);
  assert.deepEqual([totals.services, totals.servers, totals.active + totals.inactive, totals.stats.connections], [2, 1, 2, 2]);
  assert.deepEqual(services.map(({ stats }) => figures(stats)).sort(), ['0 0 0 0 0', figures(totals.stats)]);
}

async function until(holds: () => boolean): Promise<void> {
  const wait = async (): Promise<void> => {
    while (!holds()) await passed(50);
  };
  await within(20_000, () => 'the kernel counted nothing', wait());
}

function refusedByName(newDirector: () => Director): void {
  const { ipvs } = newDirector();
  const wrong = [server('10.0.0.11'), server('10.0.0.12', { upperThreshold: 1, lowerThreshold: 2 }), server('2001:db8::11')];
  const document = rules(atPort(81, { ...web, scheduler: 'nosuch' }), { ...web, servers: wrong });
  assert.deepEqual(write(ipvs, plan([], document)), [
    { object: 'service tcp 10.0.0.1:81 nosuch', attempt: 'add', errno: 'ENOENT' },
    { object: 'server 10.0.0.11:80 of tcp 10.0.0.1:81', attempt: 'add', errno: 'ESRCH' },
    { object: 'server 10.0.0.12:80 of tcp 10.0.0.1:81', attempt: 'add', errno: 'ESRCH' },
    { object: 'server 10.0.0.12:80 of tcp 10.0.0.1:80', attempt: 'add', errno: 'ERANGE' },
    { object: 'server [2001:db8::11]:80 of tcp 10.0.0.1:80', attempt: 'add', errno: 'EINVAL' },
  ]);
  assert.deepEqual(
    ipvs.dump().map((one) => [serviceKey(one.service.id), ...one.servers.map(serverKey)]),
    [['tcp 10.0.0.1:80', '10.0.0.11:80']],
  );
}

function ordinaryFailures(newDirector: () => Director): void {
  const { ipvs } = newDirector();
  const { service: made, servers } = kernelServiceOf(web);
  const [first] = servers;
  assert(first !== undefined);
  const removeServer: IpvsChange = { type: 'removeServer', of: made.id, server: first };
  const removeService: IpvsChange = { type: 'removeService', service: made };
  write(ipvs, plan([], rules(web)));
  assert.deepEqual(write(ipvs, plan([], rules(web))), []);
  assert.deepEqual(write(ipvs, [removeServer, removeServer, removeService, removeServer, removeService]), []);
  assert.deepEqual(write(ipvs, [{ type: 'editServer', of: made.id, server: first, was: first }]), [
    { object: 'server 10.0.0.11:80 of tcp 10.0.0.1:80', attempt: 'edit', errno: 'ESRCH' },
  ]);
}

/** Plans with some changes twice and some services a second time with another scheduler. */
function memoryIsLikeKernel(newDirector: () => Director): void {
  const { ipvs } = newDirector();
  const virtual = createVirtualIpvs();
  fc.assert(
    fc.property(
      anyDocument,
      fc.array(fc.nat(), { maxLength: 5 }),
      fc.constantFrom(undefined, 'wlc', 'nosuch'),
      (document, again, scheduler) => {
        const changes = plan(virtual.dump(), document, keysOf(document));
        const disturbed = [
          ...changes,
          ...again.flatMap((position) => changes[position % changes.length] ?? []),
          ...rescheduled(changes, scheduler),
        ];
        assert.deepEqual(
          write(ipvs, disturbed),
          virtual.write(compileRules(disturbed, { revision: 1, digest: '', family: virtual.family() })),
        );
        assert.deepEqual(byKey(ipvs.dump()), byKey(virtual.dump()));
      },
    ),
  );
}

const rescheduled = (changes: readonly IpvsChange[], scheduler: string | undefined): IpvsChange[] =>
  changes.flatMap((change) =>
    change.type === 'addService' && scheduler !== undefined
      ? [{ type: 'editService', service: { ...change.service, scheduler }, was: change.service }]
      : [],
  );
