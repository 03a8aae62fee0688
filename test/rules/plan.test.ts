// Checks that a plan says only what differs, touches only what is ours, and keeps clients served on the way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../src/rules/compile.ts';
import type { RealServer, RulesDocument } from '../../src/rules/document.ts';
import { type KernelServices, kernelServicesOf, matchText, serviceKey } from '../../src/rules/kernelServices.ts';
import { type IpvsChange, planRules } from '../../src/rules/plan.ts';
import { type IpvsService, SERVICE_HASHED } from '../../src/wire/ipvs.ts';
import { anyDocument, rules, server, service } from './documents.ts';
import { createVirtualIpvs, type VirtualIpvs } from './virtualIpvs.ts';

const nobodys: ReadonlySet<string> = new Set();
/** What the kernel holds once a document was written: it sets a flag of its own, and lists the newest server first. */
const held = (document: RulesDocument): KernelServices =>
  kernelServicesOf(document).map(({ service: { flags, ...rest }, servers }) => ({
    service: { ...rest, flags: flags | SERVICE_HASHED },
    servers: servers.toReversed(),
  }));
const keysOf = (document: RulesDocument): ReadonlySet<string> =>
  new Set(kernelServicesOf(document).map((one) => serviceKey(one.service.id)));
const between = (before: RulesDocument, after: RulesDocument): IpvsChange[] =>
  planRules({ kernel: held(before), desired: after, owned: keysOf(before) });
const words = (changes: readonly IpvsChange[]): string[] => changes.map(wordsOf);

function wordsOf(change: IpvsChange): string {
  switch (change.type) {
    case 'addService':
    case 'editService':
    case 'removeService':
      return `${change.type} ${serviceKey(change.service.id)}`;
    case 'addServer':
    case 'editServer':
    case 'drainServer':
    case 'removeServer':
    case 'unseatServer':
    case 'seatServer':
      return `${change.type} ${change.server.address} weight ${change.server.weight}`;
  }
}

const web = (...servers: Parameters<typeof server>[]) =>
  service(
    '10.0.0.1',
    servers.map((parts) => server(...parts)),
  );

describe('what is written', () => {
  test('a kernel that holds the document is told nothing', () => {
    const document = rules(
      web(['10.0.0.11'], ['10.0.0.12', { forward: 'tun' }]),
      service('2001:db8::1', [], { persistence: 300, protocol: 'sctp' }),
    );
    expect(between(document, document)).toEqual([]);
  });

  test('an empty kernel is told each service with its servers right behind it', () => {
    const document = rules(web(['10.0.0.11'], ['10.0.0.12']), service('10.0.0.2', [server('10.0.0.13')], { protocol: 'udp' }));
    expect(words(between(rules(), document))).toEqual([
      'addService tcp 10.0.0.1:80',
      'addServer 10.0.0.11 weight 1',
      'addServer 10.0.0.12 weight 1',
      'addService udp 10.0.0.2:80',
      'addServer 10.0.0.13 weight 1',
    ]);
  });

  test.each([
    ['scheduler', { scheduler: 'wlc' }],
    ['persistence', { persistence: 60 }],
    ['persistence netmask', { persistenceNetmask: '255.255.255.0' }],
    ['one-packet mode', { onePacket: true }],
  ])('a change of the %s edits the service in place', (_name, more) => {
    const before = rules(web(['10.0.0.11']));
    const after = rules({ ...web(['10.0.0.11']), ...more });
    expect(words(between(before, after))).toEqual(['editService tcp 10.0.0.1:80']);
    expect(words(between(after, before))).toEqual(['editService tcp 10.0.0.1:80']);
  });

  test.each<[string, Partial<RealServer>]>([
    ['weight', { weight: 7 }],
    ['forwarding method', { forward: 'nat' }],
    ['upper threshold', { upperThreshold: 200 }],
    ['lower threshold', { lowerThreshold: 60 }],
  ])('a change of the %s edits the server in place', (_name, more) => {
    const usual = { upperThreshold: 100, lowerThreshold: 50 };
    const changes = between(rules(web(['10.0.0.11', usual])), rules(web(['10.0.0.11', { ...usual, ...more }])));
    expect(words(changes)).toEqual([`editServer 10.0.0.11 weight ${more.weight ?? 1}`]);
  });

  test.each<[string, Partial<IpvsService>]>([
    ['scheduler flags', { flags: SERVICE_HASHED | 0x10 }],
    ['a persistence engine', { engine: 'sip' }],
  ])('%s that somebody set on our service are taken back', (_name, altered) => {
    const kernel = held(rules(web(['10.0.0.11']))).map((one) => ({ ...one, service: { ...one.service, ...altered } }));
    expect(words(planRules({ kernel, desired: rules(web(['10.0.0.11'])), owned: nobodys }))).toEqual(['editService tcp 10.0.0.1:80']);
  });

  test('a tunnel that somebody set is taken back where a tunnel is used, and means nothing elsewhere', () => {
    const document = rules(web(['10.0.0.11', { forward: 'tun' }], ['10.0.0.12']));
    const gue = { type: 'gue', port: 6080, flags: 0 } as const;
    const kernel = held(document).map((one) => ({ ...one, servers: one.servers.map((to) => ({ ...to, tunnel: gue })) }));
    expect(words(planRules({ kernel, desired: document, owned: nobodys }))).toEqual(['editServer 10.0.0.11 weight 1']);
  });

  test('the same address and port of another protocol is another service', () => {
    const document = rules(
      service('10.0.0.1', []),
      service('10.0.0.1', [], { protocol: 'udp' }),
      service('10.0.0.1', [], { protocol: 'sctp' }),
    );
    expect(between(rules(), document)).toHaveLength(3);
  });
});

describe('whose services they are', () => {
  test('a service that neither the document nor an earlier one has stays as it is', () => {
    expect(planRules({ kernel: held(rules(web(['10.0.0.11']))), desired: rules(), owned: nobodys })).toEqual([]);
  });

  test('a service of an earlier document goes', () => {
    expect(words(between(rules(web(['10.0.0.11'])), rules()))).toEqual(['removeService tcp 10.0.0.1:80']);
  });

  test('a service of an earlier document that is gone already is not removed again', () => {
    expect(planRules({ kernel: [], desired: rules(), owned: new Set(['tcp 10.0.0.1:80']) })).toEqual([]);
  });

  test('a service of the document that somebody else made is edited to it, servers and all', () => {
    const theirs = held(rules({ ...web(['10.0.0.11'], ['10.0.0.99']), scheduler: 'wlc' }));
    expect(words(planRules({ kernel: theirs, desired: rules(web(['10.0.0.11'], ['10.0.0.12'])), owned: nobodys }))).toEqual([
      'editService tcp 10.0.0.1:80',
      'addServer 10.0.0.12 weight 1',
      'removeServer 10.0.0.99 weight 1',
    ]);
  });

  test('a service by firewall mark is never ours', () => {
    const [one] = held(rules(web()));
    if (one === undefined) throw new Error('no service');
    const marked: KernelServices = [{ service: { ...one.service, id: { by: 'mark', family: 4, mark: 7 } }, servers: [] }];
    expect(planRules({ kernel: marked, desired: rules(), owned: new Set(['tcp 10.0.0.1:80']) })).toEqual([]);
  });
});

describe('the order', () => {
  test('servers are added before others are drained, and drained before others are removed', () => {
    const changes = between(rules(web(['10.0.0.11'], ['10.0.0.12'])), rules(web(['10.0.0.11', { weight: 0 }], ['10.0.0.13'])));
    expect(words(changes)).toEqual(['addServer 10.0.0.13 weight 1', 'editServer 10.0.0.11 weight 0', 'removeServer 10.0.0.12 weight 1']);
  });

  test('weights rise before others sink', () => {
    const changes = between(
      rules(web(['10.0.0.11'], ['10.0.0.12', { weight: 0 }])),
      rules(web(['10.0.0.11', { weight: 0 }], ['10.0.0.12'])),
    );
    expect(words(changes)).toEqual(['editServer 10.0.0.12 weight 1', 'editServer 10.0.0.11 weight 0']);
  });

  test.each(['sh', 'mh', 'dh'])(
    'of the servers of %s is that of the rules, and only those behind the first misplaced one move',
    (scheduler) => {
      const inOrder = (...hosts: readonly number[]) => rules({ ...web(...hosts.map((host): [string] => [`10.0.0.${host}`])), scheduler });
      expect(words(between(inOrder(11, 12, 13, 14), inOrder(11, 13, 12, 14)))).toEqual([
        'unseatServer 10.0.0.12 weight 1',
        'seatServer 10.0.0.12 weight 1',
        'unseatServer 10.0.0.14 weight 1',
        'seatServer 10.0.0.14 weight 1',
      ]);
      expect(words(between(inOrder(11, 12), inOrder(13, 11, 12)))).toEqual(['addServer 10.0.0.13 weight 1']);
      expect(between(inOrder(11, 12, 13), inOrder(11, 12, 13))).toEqual([]);
    },
  );

  test('of the servers of other schedulers means nothing', () => {
    expect(between(rules(web(['10.0.0.11'], ['10.0.0.12'])), rules(web(['10.0.0.12'], ['10.0.0.11'])))).toEqual([]);
  });

  test('a service goes after the one that takes its place is complete', () => {
    const allPorts = service('10.0.0.1', [server('10.0.0.11', { port: 0 })], { port: 0, persistence: 300 });
    expect(words(between(rules(web(['10.0.0.11'])), rules(allPorts)))).toEqual([
      'addService tcp 10.0.0.1:0',
      'addServer 10.0.0.11 weight 1',
      'removeService tcp 10.0.0.1:80',
    ]);
  });
});

describe('any document after any other', () => {
  const write = (ipvs: VirtualIpvs, changes: readonly IpvsChange[]) =>
    ipvs.write(compileRules(changes, { revision: 1, digest: '', family: ipvs.family() }));
  const isMove = ({ type }: IpvsChange): boolean => type === 'unseatServer' || type === 'seatServer';
  /** Where the order of servers means nothing they are sorted. */
  const sorted = (services: KernelServices) =>
    services
      .map(({ service: { id, ...rest }, servers }) => ({
        key: serviceKey(id),
        rest,
        servers: servers
          .map((one) => ({ ...one, connections: 0 }))
          .sort((a, b) => (['sh', 'mh'].includes(rest.scheduler) ? 0 : JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));

  test('written, the kernel holds the new one and what was not ours, without a failure; a second plan only moves servers, a third is empty', () => {
    fc.assert(
      fc.property(anyDocument, anyDocument, anyDocument, (theirs, before, after) => {
        const ipvs = createVirtualIpvs();
        const ours = keysOf(before);
        const foreign = rules(...theirs.services.filter((one) => !ours.has(matchText(one.match))));
        write(ipvs, between(rules(), foreign));
        write(ipvs, planRules({ kernel: ipvs.dump(), desired: before, owned: nobodys }));
        const owned = keysOf(before);
        expect(write(ipvs, planRules({ kernel: ipvs.dump(), desired: after, owned }))).toEqual([]);
        const second = planRules({ kernel: ipvs.dump(), desired: after, owned });
        expect(second.every(isMove)).toBe(true);
        expect(write(ipvs, second)).toEqual([]);
        const left = held(foreign).filter(({ service: { id } }) => !keysOf(after).has(serviceKey(id)) && !owned.has(serviceKey(id)));
        expect(sorted(ipvs.dump())).toEqual(sorted([...held(after), ...left]));
        expect(planRules({ kernel: ipvs.dump(), desired: after, owned })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('a service that takes connections before and after takes them all the time between', () => {
    const willing = (table: KernelServices): Set<string> =>
      new Set(table.filter(({ servers }) => servers.some(({ weight }) => weight > 0)).map(({ service: { id } }) => serviceKey(id)));
    fc.assert(
      fc.property(anyDocument, anyDocument, (before, after) => {
        const ipvs = createVirtualIpvs();
        write(ipvs, between(rules(), before));
        const throughout = [...willing(held(before))].filter((key) => willing(held(after)).has(key));
        ipvs.onChange = (table) => expect(throughout.filter((key) => !willing(table).has(key))).toEqual([]);
        write(ipvs, between(before, after));
      }),
      { numRuns: 200 },
    );
  });
});
