// What the kernel would refuse, drop or ignore, told with its place before it comes to that.
import { expect, test } from 'vitest';
import { problemText } from '../../src/errors/place.ts';
import { parseRules } from '../../src/rules/load.ts';

function complaints(text: string): string[] {
  const read = parseRules(text, 'r');
  return (read.ok ? read.warnings : read.problems).map(problemText);
}

interface Row {
  readonly rule: string;
  /** The only service, in one line. */
  readonly service: string;
  /** Places are of line 1, where the service begins in column 14. */
  readonly says: readonly string[];
}

const web = 'address: 10.0.0.1:80';
const ranged = 'address: 10.0.0.1:8000-8010';
const servers = 'servers: [{ address: 10.0.0.11 }]';

const rows: readonly Row[] = [
  {
    rule: 'a service is found one way',
    service: `${web}, fwmark: 7, ${servers}`,
    says: ['r:1:44: services[0] has both address and fwmark; expected one of the two'],
  },
  {
    rule: 'a service is found at all',
    service: servers,
    says: ['r:1:12: services[0] has neither address nor fwmark; expected one of the two'],
  },
  {
    rule: 'the mark 0 is on every packet that nobody marked',
    service: `fwmark: 0, ${servers}`,
    says: ['r:1:22: services[0].fwmark is 0; expected the mark that the packet filter gives, a whole number from 1 to 4294967295'],
  },
  {
    rule: 'packets of a mark may be of any protocol',
    service: `fwmark: 7, protocol: udp, ${servers}`,
    says: [
      'r:1:35: services[0].protocol has no effect beside fwmark; expected fwmark alone: the packet filter says which packets it marks',
    ],
  },
  {
    rule: 'an address shows its family',
    service: `${web}, family: ipv6, ${servers}`,
    says: ['r:1:44: services[0].family has no effect beside address; expected fwmark, or address alone: it shows its family'],
  },
  {
    rule: 'a mark is of IPv4 unless it says otherwise',
    service: 'fwmark: 7, servers: [{ address: "[2001:db8::b]" }]',
    says: ['r:1:46: services[0].servers[0].address is IPv6 and its service is IPv4; expected an IPv4 address, or forward: tun'],
  },
  {
    rule: 'a range of ports ends after it begins',
    service: `address: 10.0.0.1:8010-8000, ${servers}`,
    says: [
      'r:1:23: services[0].address is "10.0.0.1:8010-8000"; expected a service as address:port, such as 10.0.0.1:80, [2001:db8::1]:80 or 10.0.0.1:8000-8010 (port 0: all ports)',
    ],
  },
  {
    rule: 'nat takes one port, or as many as the service has',
    service: `${ranged}, forward: nat, servers: [{ address: 10.0.0.11:9000-9005 }]`,
    says: [
      'r:1:78: services[0].servers[0].address has ports 9000-9005 and its service has ports 8000-8010; expected one port, or as many as the service has: 9000-9010',
    ],
  },
  {
    rule: 'one port cannot be spread over many',
    service: `${web}, forward: nat, servers: [{ address: 10.0.0.11:9000-9005 }]`,
    says: [
      'r:1:71: services[0].servers[0].address has ports 9000-9005 and its service has port 80; expected one port, or as many as the service has',
    ],
  },
  {
    rule: 'dr leaves every port of a range as it is',
    service: `${ranged}, servers: [{ address: 10.0.0.11:8000 }]`,
    says: [
      'r:1:64: services[0].servers[0].address has port 8000 and its service has ports 8000-8010; expected ports 8000-8010: forward dr leaves the port as it is (only nat can change it)',
    ],
  },
  {
    rule: 'the address of a server without port is in brackets when it is IPv6',
    service: 'address: "[2001:db8::1]:80", servers: [{ address: "2001:db8::b" }]',
    says: [
      'r:1:64: services[0].servers[0].address is "2001:db8::b"; expected a server as address:port, such as 10.0.0.11:80, [2001:db8::b]:80 or 10.0.0.11:9000-9010; without port: the service\'s',
    ],
  },
  {
    rule: 'a link-local server is refused by the kernel',
    service: 'address: "[2001:db8::1]:80", servers: [{ address: "[fe80::b]" }]',
    says: [
      'r:1:64: services[0].servers[0].address is the link-local address fe80::b; expected a global or unique local address: the kernel refuses others for servers',
    ],
  },
  {
    rule: 'a flag is of its own scheduler',
    service: `${web}, scheduler: mh, schedulerFlags: [mh-port, sh-port], ${servers}`,
    says: ['r:1:77: services[0].schedulerFlags[1] is sh-port for scheduler mh; expected mh-fallback or mh-port'],
  },
  {
    rule: 'most schedulers have no flags',
    service: `${web}, schedulerFlags: [sh-port], ${servers}`,
    says: ['r:1:53: services[0].schedulerFlags[0] is sh-port for scheduler wlc; expected no flags (only sh and mh have any)'],
  },
  {
    rule: 'a flag is given once',
    service: `${web}, scheduler: sh, schedulerFlags: [sh-port, sh-port], ${servers}`,
    says: ['r:1:77: services[0].schedulerFlags[1] is sh-port, which line 1 has already; expected each flag once'],
  },
  {
    rule: 'the sip engine keeps clients with their server, so it needs persistence',
    service: `${web}, protocol: udp, persistenceEngine: sip, ${servers}`,
    says: ['r:1:70: services[0].persistenceEngine has no effect without persistence; expected persistence beside it'],
  },
  {
    rule: 'the sip engine drops what is not UDP',
    service: `${web}, persistence: 60s, persistenceEngine: sip, ${servers}`,
    says: ['r:1:73: services[0].persistenceEngine is sip for tcp; expected protocol: udp, the only one whose SIP messages IPVS reads'],
  },
  {
    rule: 'one-packet scheduling is not for sctp',
    service: `${web}, protocol: sctp, onePacket: true, ${servers}`,
    says: ['r:1:63: services[0].onePacket is true for sctp; expected protocol: udp, the only one that IPVS schedules packet by packet'],
  },
  {
    rule: 'an unknown tunnel',
    service: `${web}, forward: tun, tunnel: { type: vxlan }, ${servers}`,
    says: ['r:1:66: services[0].tunnel.type is "vxlan"; expected ipip, gue or gre'],
  },
  {
    rule: 'gue needs its port',
    service: `${web}, forward: tun, tunnel: { type: gue }, ${servers}`,
    says: [
      'r:1:58: services[0].tunnel.port is missing; expected the UDP port on which the servers take the tunnel, a whole number from 1 to 65535',
    ],
  },
  {
    rule: 'only gue has a remote checksum',
    service: `${web}, forward: tun, tunnel: { type: gre, checksum: remote }, ${servers}`,
    says: ['r:1:81: services[0].tunnel.checksum is "remote"; expected none or full'],
  },
  {
    rule: 'ipip has neither port nor checksum',
    service: `${web}, forward: tun, tunnel: { type: ipip, port: 5555 }, ${servers}`,
    says: ['r:1:72: unknown key services[0].tunnel.port; expected type'],
  },
  {
    rule: 'a tunnel needs forward tun',
    service: `${web}, servers: [{ address: 10.0.0.11, tunnel: { type: ipip } }]`,
    says: ['r:1:76: services[0].servers[0].tunnel has no effect with forward dr; expected forward: tun beside it'],
  },
  {
    rule: 'a tunnel of the service needs a server that takes it over',
    service: `${web}, tunnel: { type: ipip }, servers: [{ address: 10.0.0.11, forward: tun, tunnel: { type: gre } }]`,
    says: [
      'r:1:44: services[0].tunnel has no effect on any server; expected forward: tun, or a server with it and without a tunnel of its own',
    ],
  },
  {
    rule: 'a time to drain has a unit',
    service: `${web}, drain: 30, ${servers}`,
    says: ['r:1:43: services[0].drain is 30; expected a time in whole seconds up to 744h, such as 30s'],
  },
  {
    rule: 'a threshold that the kernel would take and ipvsadm would not',
    service: `${web}, servers: [{ address: 10.0.0.11, upperThreshold: 2147483648 }]`,
    says: [
      'r:1:84: services[0].servers[0].upperThreshold is 2147483648; expected a number of connections (0: no threshold), a whole number from 0 to 2147483647',
    ],
  },
  {
    rule: 'a service of all ports keeps them: warned of',
    service: 'address: 10.0.0.1:0, persistence: 60s, forward: nat, servers: [{ address: 10.0.0.11:80 }]',
    says: [
      'r:1:88: services[0].servers[0].address has port 80, which has no effect: the packets keep their port; expected the address without a port',
    ],
  },
  {
    rule: 'marked packets keep their port unless nat changes it: warned of',
    service: 'fwmark: 7, servers: [{ address: 10.0.0.11:80 }, { address: 10.0.0.12:80, forward: nat }]',
    says: [
      'r:1:46: services[0].servers[0].address has port 80, which has no effect: the packets keep their port; expected the address without a port',
    ],
  },
];

test.each(rows)('$rule', ({ service, says }) => {
  expect(complaints(`services: [{ ${service} }]`)).toEqual(says);
});

test('ports that belong to two services are one problem for each service that comes too late', () => {
  const addresses = ['10.0.0.1:8000-8010', '10.0.0.1:8005', '10.0.0.1:8010-8020', '10.0.0.1:8011', '10.0.0.2:8005', '10.0.0.1:8021'];
  expect(complaints(`services:\n${addresses.map((address) => `  - { address: "${address}", ${servers} }`).join('\n')}`)).toEqual([
    'r:3:16: services[1].address is tcp 10.0.0.1:8005, which overlaps tcp 10.0.0.1:8000-8010 in line 2; expected each service once',
    'r:4:16: services[2].address is tcp 10.0.0.1:8010-8020, which overlaps tcp 10.0.0.1:8000-8010 in line 2; expected each service once',
    'r:5:16: services[3].address is tcp 10.0.0.1:8011, which overlaps tcp 10.0.0.1:8010-8020 in line 4; expected each service once',
  ]);
});

test('one mark is one service for each family', () => {
  const services = ['fwmark: 7', 'fwmark: 7, family: ipv6', 'fwmark: 0x7'].map((one) => `  - { ${one} }\n`);
  expect(complaints(`services:\n${services.join('')}`)).toEqual([
    'r:4:15: services[2].fwmark is 7 for IPv4, which line 2 has already; expected each service once',
  ]);
});

test('more ports than the kernel can find services for quickly', () => {
  expect(complaints(`services:\n  - { address: "10.0.0.1:1-20001", ${servers} }`)).toEqual([
    'r:2:3: the services have 20001 ports, each a service of the kernel; expected at most 20000: port 0 with persistence or a fwmark takes many ports in one service',
  ]);
});

test('a file of a newer format is refused by its format, and nothing else in it is judged', () => {
  expect(complaints('format: 3\nservices: 5\nquota: 7\n')).toEqual([
    'r:1:9: the file is of format 3, for a newer vspair; expected at most format 2, the newest that this vspair reads',
  ]);
  expect(complaints('format: 2\nservices: []\n')).toEqual([]);
});
