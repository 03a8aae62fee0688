// Every kind of mistake in a rules file gets its exact place, what is wrong, and what was expected.
import { expect, test } from 'vitest';
import { problemText } from '../../src/errors/place.ts';
import { parseRules } from '../../src/rules/load.ts';

const sample = `services:
  - address: 10.0.0.1:80
    protocol: tcp
    scheduler: wlc
    forward: dr
    persistence: 300s
    servers:
      - { address: 10.0.0.11:80, weight: 1 }
      - { address: 10.0.0.12:80, weight: 1 }
  - address: "[2001:db8::1]:53"
    protocol: udp
    forward: nat
    servers:
      - { address: "[2001:db8::b]:5353", weight: 0 }
`;

function spoiled(from: string, to: string): string {
  if (!sample.includes(from)) throw new Error(`the sample has no ${from}`);
  return sample.replace(from, () => to);
}

function complaints(text: string): string[] {
  const read = parseRules(text, 'r.yaml');
  return read.ok ? read.warnings.map((warning) => `warning ${problemText(warning)}`) : read.problems.map(problemText);
}

const serviceKeys =
  'address, fwmark, family, protocol, scheduler, schedulerFlags, forward, tunnel, persistence, persistenceNetmask, persistenceEngine, onePacket, drain or servers';
const serverKeys = 'address, weight, restoreWeight, forward, tunnel, upperThreshold or lowerThreshold';
const service = 'a service as address:port, such as 10.0.0.1:80, [2001:db8::1]:80 or 10.0.0.1:8000-8010 (port 0: all ports)';
const server = "a server as address:port, such as 10.0.0.11:80, [2001:db8::b]:80 or 10.0.0.11:9000-9010; without port: the service's";
const schedulers = 'rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos';
const mask = 'an IPv4 mask such as "255.255.255.0" or an IPv6 prefix length such as "64", in quotes';
const persistence = 'a time in whole seconds up to 744h, such as 300s';

interface Row {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly says: readonly string[];
}

const rows: readonly Row[] = [
  {
    rule: 'an unknown key',
    from: 'scheduler:',
    to: 'schedular:',
    says: [`r.yaml:4:5: unknown key services[0].schedular; expected ${serviceKeys} (did you mean scheduler?)`],
  },
  {
    rule: 'an unknown key of a server',
    from: 'weight: 1',
    to: 'wieght: 1',
    says: [`r.yaml:8:34: unknown key services[0].servers[0].wieght; expected ${serverKeys} (did you mean weight?)`],
  },
  {
    rule: 'a service without a port',
    from: '10.0.0.1:80',
    to: '10.0.0.1',
    says: [`r.yaml:2:14: services[0].address is "10.0.0.1"; expected ${service}`],
  },
  {
    rule: 'a port above 65535',
    from: '10.0.0.1:80',
    to: '10.0.0.1:65536',
    says: [`r.yaml:2:14: services[0].address is "10.0.0.1:65536"; expected ${service}`],
  },
  {
    rule: 'a v6 address without brackets',
    from: '"[2001:db8::1]:53"',
    to: '"2001:db8::1:53"',
    says: [`r.yaml:10:14: services[1].address is "2001:db8::1:53"; expected ${service}`],
  },
  {
    rule: 'a v4 address in brackets',
    from: '10.0.0.1:80',
    to: '"[10.0.0.1]:80"',
    says: [`r.yaml:2:14: services[0].address is "[10.0.0.1]:80"; expected ${service}`],
  },
  {
    rule: 'an octal look-alike',
    from: '10.0.0.11:80',
    to: '10.0.0.011:80',
    says: [`r.yaml:8:20: services[0].servers[0].address is "10.0.0.011:80"; expected ${server}`],
  },
  {
    rule: 'a multicast server',
    from: '10.0.0.11:80',
    to: '224.0.0.1:80',
    says: [`r.yaml:8:20: services[0].servers[0].address is "224.0.0.1:80"; expected ${server}`],
  },
  {
    rule: 'a name is no address',
    from: '10.0.0.11:80',
    to: 'real1:80',
    says: [`r.yaml:8:20: services[0].servers[0].address is "real1:80"; expected ${server}`],
  },
  {
    rule: 'an unknown protocol',
    from: 'protocol: tcp',
    to: 'protocol: icmp',
    says: ['r.yaml:3:15: services[0].protocol is "icmp"; expected tcp, udp or sctp'],
  },
  {
    rule: 'an unknown scheduler',
    from: 'scheduler: wlc',
    to: 'scheduler: random',
    says: [`r.yaml:4:16: services[0].scheduler is "random"; expected ${schedulers}`],
  },
  {
    rule: 'an unknown forwarding method',
    from: 'forward: dr',
    to: 'forward: masq',
    says: ['r.yaml:5:14: services[0].forward is "masq"; expected dr, tun or nat'],
  },
  {
    rule: 'persistence without a unit',
    from: '300s',
    to: '300',
    says: [`r.yaml:6:18: services[0].persistence is 300; expected ${persistence}`],
  },
  {
    rule: 'persistence of a part of a second',
    from: '300s',
    to: '1500ms',
    says: [`r.yaml:6:18: services[0].persistence is "1500ms"; expected ${persistence}`],
  },
  {
    rule: 'persistence of no time',
    from: '300s',
    to: '0s',
    says: [`r.yaml:6:18: services[0].persistence is "0s"; expected ${persistence}`],
  },
  {
    rule: 'persistence of more than a month',
    from: '300s',
    to: '745h',
    says: [`r.yaml:6:18: services[0].persistence is "745h"; expected ${persistence}`],
  },
  {
    rule: 'a weight below 0',
    from: 'weight: 1',
    to: 'weight: -1',
    says: ['r.yaml:8:42: services[0].servers[0].weight is -1; expected a weight, a whole number from 0 to 65535'],
  },
  {
    rule: 'a weight above 65535',
    from: 'weight: 1',
    to: 'weight: 65536',
    says: ['r.yaml:8:42: services[0].servers[0].weight is 65536; expected a weight, a whole number from 0 to 65535'],
  },
  {
    rule: 'a service twice, in two spellings',
    from: '  - address: "[2001:db8::1]:53"',
    to: '  - { address: "[2001:DB8:0::1]:53", protocol: udp, servers: [{ address: "[2001:db8::b]:53" }] }\n  - address: "[2001:db8::1]:53"',
    says: ['r.yaml:11:14: services[2].address is udp [2001:db8::1]:53, which line 10 has already; expected each service once'],
  },
  {
    rule: 'a server twice in one service',
    from: '10.0.0.12:80',
    to: '10.0.0.11:80',
    says: ['r.yaml:9:20: services[0].servers[1].address is 10.0.0.11:80, which line 8 has already; expected each server of a service once'],
  },
  {
    rule: 'all ports without persistence',
    from: '"[2001:db8::1]:53"',
    to: '"[2001:db8::1]:0"',
    says: ['r.yaml:10:14: services[1].address has port 0, all ports, without persistence; expected a port, or persistence beside it'],
  },
  {
    rule: 'dr cannot change the port',
    from: '10.0.0.11:80',
    to: '10.0.0.11:8080',
    says: [
      'r.yaml:8:20: services[0].servers[0].address has port 8080 and its service has port 80; expected port 80: forward dr leaves the port as it is (only nat can change it)',
    ],
  },
  {
    rule: 'tun cannot change the port',
    from: '10.0.0.11:80, ',
    to: '10.0.0.11:0, forward: tun, ',
    says: [
      'r.yaml:8:20: services[0].servers[0].address has port 0 and its service has port 80; expected port 80: forward tun leaves the port as it is (only nat can change it)',
    ],
  },
  {
    rule: 'dr without a forward key cannot either',
    from: '    forward: nat\n',
    to: '',
    says: [
      'r.yaml:13:20: services[1].servers[0].address has port 5353 and its service has port 53; expected port 53: forward dr leaves the port as it is (only nat can change it)',
    ],
  },
  {
    rule: 'nat to no port',
    from: ':5353',
    to: ':0',
    says: ['r.yaml:14:20: services[1].servers[0].address has port 0 and its service has port 53; expected a port from 1 to 65535'],
  },
  {
    rule: 'a server of the other family',
    from: '10.0.0.11:80',
    to: '"[2001:db8::b]:80"',
    says: ['r.yaml:8:20: services[0].servers[0].address is IPv6 and its service is IPv4; expected an IPv4 address, or forward: tun'],
  },
  {
    rule: 'a mask without persistence',
    from: 'forward: nat',
    to: 'persistenceNetmask: "64"\n    forward: nat',
    says: ['r.yaml:12:25: services[1].persistenceNetmask has no effect without persistence; expected persistence beside it'],
  },
  {
    rule: 'a mask with a hole',
    from: '300s',
    to: '300s\n    persistenceNetmask: 255.0.255.0',
    says: [`r.yaml:7:25: services[0].persistenceNetmask is "255.0.255.0"; expected ${mask}`],
  },
  {
    rule: 'a mask as a number',
    from: '300s',
    to: '300s\n    persistenceNetmask: 64',
    says: [`r.yaml:7:25: services[0].persistenceNetmask is 64; expected ${mask}`],
  },
  {
    rule: 'a prefix length for a v4 service',
    from: '300s',
    to: '300s\n    persistenceNetmask: "24"',
    says: ['r.yaml:7:25: services[0].persistenceNetmask is 24 for an IPv4 service; expected a mask such as "255.255.255.0"'],
  },
  {
    rule: 'single packets of tcp',
    from: 'protocol: tcp',
    to: 'protocol: tcp\n    onePacket: true',
    says: ['r.yaml:4:16: services[0].onePacket is true for tcp; expected protocol: udp, the only one that IPVS schedules packet by packet'],
  },
  {
    rule: 'a lower threshold above the upper',
    from: 'weight: 1',
    to: 'upperThreshold: 5, lowerThreshold: 6',
    says: ['r.yaml:8:69: services[0].servers[0].lowerThreshold is 6, above upperThreshold 5; expected at most 5'],
  },
  {
    rule: 'a lower threshold without an upper',
    from: 'weight: 1',
    to: 'lowerThreshold: 6',
    says: ['r.yaml:8:50: services[0].servers[0].lowerThreshold is 6, above upperThreshold 0; expected at most 0'],
  },
  {
    rule: 'two mistakes are two problems, in the order of the file',
    from: '10.0.0.11:80, weight: 1',
    to: '10.0.0.12:80, weight: x',
    says: [
      'r.yaml:8:42: services[0].servers[0].weight is "x"; expected a weight, a whole number from 0 to 65535',
      'r.yaml:9:20: services[0].servers[1].address is 10.0.0.12:80, which line 8 has already; expected each server of a service once',
    ],
  },
  {
    rule: 'no services key',
    from: 'services:',
    to: 'service:',
    says: [
      'r.yaml:1:1: services is missing; expected a list of services',
      'r.yaml:1:1: unknown key service; expected format or services (did you mean services?)',
    ],
  },
  {
    rule: 'a service without servers is warned of',
    from: '    servers:\n      - { address: "[2001:db8::b]:5353", weight: 0 }\n',
    to: '',
    says: ['warning r.yaml:10:5: service udp [2001:db8::1]:53 has no servers: clients are refused; expected at least one server'],
  },
];

test.each(rows)('$rule', ({ from, to, says }) => {
  expect(complaints(spoiled(from, to))).toEqual(says);
});

test('the sample itself is in order', () => {
  expect(complaints(sample)).toEqual([]);
});
