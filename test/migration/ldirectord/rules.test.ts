// ldirectord.cf as rules.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixture } from '../files.ts';
import { accountOf, imported, problemsOf } from '../imports.ts';

const read = (text: string) => imported({ file: 'l', text }, { format: 'ldirectord' });
const site = read(readFileSync(fixture('ldirectord.cf'), 'utf8'));

test('each virtual is a service, with ranges, marks, thresholds and IPv6', () => {
  expect(site.problems).toEqual([]);
  expect(site.document.services).toMatchObject([
    {
      match: { protocol: 'tcp', address: '10.0.0.1', port: 80 },
      scheduler: 'wlc',
      persistence: 600,
      persistenceNetmask: '255.255.255.0',
      servers: [
        { address: '10.0.0.11', port: 80, forward: 'dr', weight: 2 },
        { address: '10.0.0.12', port: 80, forward: 'dr', weight: 2 },
        { address: '10.0.0.13', port: 8080, forward: 'nat', weight: 1 },
      ],
    },
    {
      match: { protocol: 'udp', port: 53 },
      onePacket: true,
      servers: [{ forward: 'tun', weight: 3, lowerThreshold: 5, upperThreshold: 10 }],
    },
    { match: { by: 'mark', mark: 7, family: 4 }, scheduler: 'sh', schedulerFlags: ['sh-fallback', 'sh-port'], servers: [{ port: 0 }] },
    { match: { address: '2001:db8::1' }, servers: [{ address: '2001:db8::11', weight: 0 }] },
  ]);
});

test('checks, fallbacks, mails and defaults are in the account, line by line', () => {
  expect(accountOf(site).map((line) => line.replace(/^l:/, '').split(': ').slice(0, 3).join(': '))).toEqual([
    '2: left out: checktimeout=3',
    '3: left out: checkinterval=1',
    '4: left out: quiescent=yes',
    '5: left out: emailalert="ops@example.org"',
    '8: left out: servicename=Web',
    '11: assumed: weight 1',
    '12: left out: fallback=127.0.0.1:80 gate',
    '13: left out: service=http',
    '18: left out: request="index.html"',
    '20: assumed: protocol udp',
    '20: assumed: scheduler wrr',
    '21: left out: request and receive',
    '23: left out: checktype=ping',
    '26: assumed: weight 1',
    '32: assumed: weight 1',
    '35: left out: checktype=off',
    '35: changed: all weights to 0',
  ]);
});

test('of a setting that is said twice the last counts, and the other is told', () => {
  const result = read('virtual=10.0.0.1:80\n\tscheduler=wlc\n\tscheduler=rr\n\tprotocol=tcp\n');
  expect(result.document.services[0]?.scheduler).toBe('rr');
  expect(accountOf(result)).toEqual(['l:2: left out: scheduler=wlc: line 3 says it again, and the last counts']);
});

test('a password is never shown', () => {
  const result = read('virtual=10.0.0.1:80\n\tpasswd="geheim"\n\tsecret="geheim"\n');
  expect(JSON.stringify(result)).not.toContain('geheim');
});

test('every mistake is told with its place', () => {
  const lines = [
    'autoload=yes',
    'virtual=www:80',
    '\treal=10.0.0.11:80 route',
    '\treal=sql01->sql03:80 gate',
    '\treal6=[::1]:80 gate',
    '\tscheduler=best',
    '\tprotocol=fwm',
    '\tpersistent=soon',
    '\tnetmask=24',
    '\treal=10.0.0.11:80 gate 1 x',
    '\tnonsense',
    '',
    '\tlost=1',
  ];
  expect(problemsOf(read(lines.join('\n')))).toEqual([
    'l:1:1: unknown key autoload; expected autoreload',
    'l:2:1: virtual is www:80; expected an IPv4 address and a port in digits, such as 10.0.0.1:80, or a firewall mark',
    'l:3:2: the forwarding method is route; expected gate, masq or ipip',
    'l:4:2: real server sql01->sql03:80; expected real = ADDRESS:PORT gate, masq or ipip, and then a weight; an IPv4 address and a port in digits (names may mean another address elsewhere), ranges upwards and of at most 4096',
    'l:5:2: real6 below virtual; expected real',
    'l:6:2: the scheduler is best; expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos',
    'l:7:2: protocol is fwm; expected tcp or udp',
    'l:8:2: persistent is soon; expected seconds, a whole number from 1 to 2678400',
    'l:9:2: netmask is 24; expected a mask such as 255.255.255.0',
    'l:10:2: what follows the method: 1 x; expected real = ADDRESS:PORT gate, masq or ipip, and then a weight of at most 65535',
    'l:11:2: this is no setting: nonsense; expected name = value',
    'l:13:2: this line is indented and belongs to no virtual; expected a virtual = ... above it, without a blank line between',
  ]);
});
