// virtual_server of keepalived.conf as rules. That keepalived itself sees the same is in kernel.checks.ts.
import { expect, test } from 'vitest';
import { accountOf, imported, problemsOf } from '../imports.ts';

const read = (text: string, configId?: string) =>
  imported({ file: 'k', text }, { format: 'keepalived', ...(configId === undefined ? {} : { configId }) });

const complete = (more: string, head = '10.0.0.1 80'): string =>
  `virtual_server ${head} {\nlb_algo rr\nlb_kind DR\nprotocol TCP\n${more}\n}`;

test('a virtual server with its real servers is a service', () => {
  const result = read(
    complete('persistence_timeout 50\nreal_server 10.0.0.11 80 {\nweight 3\nuthreshold 9\n}\nreal_server 10.0.0.12 80 { }'),
  );
  expect(result).toMatchObject({
    problems: [],
    account: [],
    document: {
      services: [
        {
          match: { by: 'address', protocol: 'tcp', address: '10.0.0.1', port: 80 },
          scheduler: 'rr',
          persistence: 50,
          servers: [
            { address: '10.0.0.11', port: 80, weight: 3, forward: 'dr', upperThreshold: 9 },
            { address: '10.0.0.12', port: 80, weight: 1 },
          ],
        },
      ],
    },
  });
});

test.each([
  ['10.0.0.1', ['10.0.0.1']],
  ['10.0.0.9-11', ['10.0.0.9', '10.0.0.10', '10.0.0.11']],
  ['10.0.0.255-10.0.1.1', ['10.0.0.255', '10.0.1.0', '10.0.1.1']],
  ['10.0.0.8/30', ['10.0.0.8', '10.0.0.9', '10.0.0.10', '10.0.0.11']],
  ['2001:db8::9-b', ['2001:db8::9', '2001:db8::a', '2001:db8::b']],
])('the member %s of a group is a service for each address', (member, addresses) => {
  const family = member.includes(':') ? '2001:db8::99' : '10.9.0.1';
  const { document } = read(`virtual_server_group g {\n${member} 80\n}\n${complete(`real_server ${family} 80 { }`, 'group g')}`);
  expect(document.services.map(({ match }) => match)).toMatchObject(addresses.map((address) => ({ address, port: 80 })));
});

test('a range of ports stays one, and that older versions of keepalived do not take it is in the account', () => {
  const result = read(`virtual_server_group g {\n10.0.0.1 80-89\n}\n${complete('real_server 10.9.0.1 80 { }', 'group g')}`);
  expect(result.document.services[0]?.match).toMatchObject({ port: 80, lastPort: 89 });
  expect(result.document.services[0]?.servers).toMatchObject([{ port: 80, lastPort: 89 }]);
  expect(accountOf(result)[0]).toBe(
    'k:2: assumed: 10.0.0.1 80-89: keepalived 2.2 takes the first port of a range alone; write 80 if that is meant',
  );
});

test.each([
  ['lvs_method TUN type gue port 6080 remcsum', { forward: 'tun', tunnel: { type: 'gue', port: 6080, checksum: 'remote' } }],
  ['lvs_method TUN type gre csum', { forward: 'tun', tunnel: { type: 'gre', checksum: 'full' } }],
  ['lvs_method TUN type ipip', { forward: 'tun', tunnel: { type: 'ipip' } }],
  ['lb_kind NAT', { forward: 'nat' }],
])('%s is kept', (method, server) => {
  expect(read(complete(`real_server 10.0.0.11 80 {\n${method}\n}`)).document.services[0]?.servers[0]).toMatchObject(server);
});

test.each([
  ['lb_algo sh\nsh-port\nsh-fallback', ['sh-port', 'sh-fallback'], ''],
  ['lb_algo mh\nflag-1\nflag-2', ['mh-fallback', 'mh-port'], ''],
  ['flag-2\nlb_algo sh', ['sh-port'], ''],
  ['sh-port\nlb_algo sh', [], 'sh-port: it stands before lb_algo, and keepalived passes it over there'],
  ['lb_algo sh\nmh-port', [], 'mh-port: the scheduler sh has no such flag'],
  ['lb_algo rr\nflag-1', [], 'flag-1: the scheduler rr has no such flag'],
])('of the flags in %j those stay that keepalived takes', (text, schedulerFlags, told) => {
  const result = read(`virtual_server 10.0.0.1 80 {\n${text}\nlb_kind DR\nprotocol TCP\nreal_server 10.0.0.11 80 { }\n}`);
  expect(result.document.services[0]?.schedulerFlags).toEqual(schedulerFlags);
  expect(accountOf(result).join()).toContain(told);
});

test('nothing that has no counterpart is passed over, and a block is told once with its lines', () => {
  const result = read(
    complete(
      'delay_loop 6\nquorum 2\nsorry_server 10.0.0.9 80\nreal_server 10.0.0.11 80 {\nTCP_CHECK {\nconnect_timeout 3\n}\nnotify_up /bin/x\n}',
    ),
  );
  expect(accountOf(result).map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
    'k:5: left out: delay_loop 6',
    'k:6: left out: quorum 2',
    'k:7: left out: sorry_server 10.0.0.9 80',
    'k:9-11: left out: TCP_CHECK',
    'k:12: left out: notify_up /bin/x',
  ]);
});

test('a keyword that nobody knows is in the account, with the one that was probably meant', () => {
  expect(accountOf(read(complete('persistance_timeout 50\nreal_server 10.0.0.11 80 { }')))).toEqual([
    'k:5: left out: persistance_timeout 50: this keyword is not known in virtual_server; was persistence_timeout meant?',
  ]);
});

test('of a setting that is said twice the last counts, and the other is told', () => {
  const result = read(complete('lb_algo wlc\npersistence_timeout 5\nreal_server 10.0.0.11 80 {\nweight 1\nweight 2\n}'));
  expect(result.document.services[0]).toMatchObject({ scheduler: 'wlc', servers: [{ weight: 2 }] });
  expect(accountOf(result)).toEqual([
    'k:2: left out: lb_algo rr: line 5 says it again, and the last counts',
    'k:8: left out: weight 1: line 9 says it again, and the last counts',
  ]);
});

test('what a service does not say is taken as keepalived takes it, and said', () => {
  const result = read('virtual_server 10.0.0.1 {\nreal_server 10.0.0.11 { }\n}');
  expect(result.document.services[0]).toMatchObject({ scheduler: 'wlc', persistence: 360, servers: [{ forward: 'nat', port: 0 }] });
  expect(accountOf(result)).toEqual([
    'k:1-3: assumed: scheduler wlc: lb_algo is missing, and that is what keepalived takes',
    'k:1-3: assumed: forward nat: lb_kind is missing; keepalived.conf(5): NAT by default',
    'k:1-3: assumed: protocol udp: protocol is missing, and that is what keepalived takes; say protocol TCP if that is meant',
    'k:1-3: assumed: persistence of 360s: without a port a service has to be persistent, and that is what keepalived takes',
  ]);
});

test('a port that direct routing cannot change becomes that of the service', () => {
  const result = read(complete('real_server 10.0.0.11 8080 { }'));
  expect(result.document.services[0]?.servers[0]?.port).toBe(80);
  expect(accountOf(result)).toEqual([
    'k:5: changed: port 8080 of 10.0.0.11 to 80: direct routing leaves the port as it is, so the server has to listen there',
  ]);
});

test('what belongs to the configuration is in the account', () => {
  const result = read('global_defs {\nrouter_id a\n}\nvrrp_instance v {\nstate MASTER\n}\nvrrp_script s {\n}');
  expect(accountOf(result).map((line) => line.split(': ').slice(0, 4).join(': '))).toEqual([
    'k:1-3: left out: global_defs: this is no rule; vspair migrate writes what it means for the configuration',
    'k:4-6: left out: vrrp_instance v: this is no rule; vspair migrate writes what it means for the configuration',
    'k:7-8: left out: vrrp_script s: vspair watches the interfaces of the virtual IPs and nothing else; have what is tracked call vspair maintenance on, or vspair failover',
  ]);
});

test('a password is never shown', () => {
  const result = read('SSL {\npassword geheim\n}\nauth_pass geheim\nsecretword geheim\n');
  expect(JSON.stringify(result)).not.toContain('geheim');
});

test('a file with lines for one node only is not read for none', () => {
  const text = `@one global_defs {\n@one }\n@two x\n${complete('real_server 10.0.0.11 80 { }')}`;
  expect(problemsOf(read(text))).toEqual([
    'k:1:1: @one is for one node only, and this file is read for none; expected --config-id with one or two',
  ]);
  expect(problemsOf(read(text, 'two'))).toEqual([]);
  expect(accountOf(read(text, 'three'))[0]).toBe('k:1: assumed: config id three: no line names it; the file has one or two');
});

test('the first mistake does not hide the others', () => {
  const text = `virtual_server 10.0.0.300 80 {\nlb_algo rr\nlb_kind dr\nprotocol ICMP\nreal_server 10.0.0.11 99999 {\nweight many\n}\nreal_server x\n}\nvirtual_server group none {\nlb_kind TUN type gue\n}\n`;
  expect(problemsOf(read(text))).toEqual([
    'k:1:1: virtual_server 10.0.0.300 80; expected virtual_server ADDRESS [PORT], virtual_server fwmark NUMBER or virtual_server group NAME',
    'k:3:9: lb_kind dr; expected NAT, DR or TUN, in capitals',
    'k:4:10: protocol ICMP; expected TCP, UDP or SCTP',
    'k:5:23: the port of real_server 10.0.0.11 99999; expected a port from 0 to 65535',
    'k:6:8: weight many; expected a whole number from 0 to 65535',
    'k:8:1: real_server x has no block; expected its settings in { }, which can be empty',
    'k:8:13: real_server x; expected real_server ADDRESS PORT',
    'k:10:1: there is no virtual_server_group none; expected a virtual_server_group of this name',
    'k:11:1: lb_kind TUN type gue; expected TUN type ipip, gre or gue port NUM, then nocsum or csum (gue: also remcsum)',
  ]);
});

test('a group of both families whose mark is of neither is a mistake', () => {
  const text = `virtual_server_group g {\n10.0.0.1 80\n2001:db8::1 80\nfwmark 5\n}\n${complete('lvs_method TUN\nreal_server 10.0.0.11 80 { }', 'group g')}`;
  expect(problemsOf(read(text))).toEqual([
    'k:4:1: virtual_server group g has IPv4, IPv6 and a mark that is of neither; expected inet or inet6 after the mark',
  ]);
});
