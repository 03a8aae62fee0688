// What ipvsadm -Sn writes, read. That a kernel comes back from it whole is in kernel.checks.ts.
import { expect, test } from 'vitest';
import { accountOf, imported, problemsOf } from '../imports.ts';

const read = (text: string) => imported({ file: 'i', text }, { format: 'ipvsadm' });
const bounds = '-x 0 -y 0';

test('services and servers by address, by mark, with everything that ipvsadm can say', () => {
  const { document, account, problems } = read(`
ipvsadm -A -t 10.0.0.1:80 -s sh -p 300 -M 255.255.255.0 -b sh-port,flag-1
-a -t 10.0.0.1:80 -r 10.0.0.11:80 -i -w 2 -x 10 -y 5 --tun-type gue --tun-port 6080 --tun-csum
-A -u [2001:db8::1]:5060 -s rr -p 9 -M 64 --pe sip -o
-a -u [2001:db8::1]:5060 -r [2001:db8::11]:5061 -m -w 1
--add-service --sctp-service 10.0.0.1:0 --scheduler=mh -p 9 --sched-flags mh-port
--add-server --sctp-service 10.0.0.1:0 --real-server 10.0.0.11 --gatewaying --weight 0
-A -f 7 -6 -s wlc
-a -f 7 -6 -r [2001:db8::12]:0 -i -w 1 --tun-type gre --tun-nocsum
`);
  expect({ account, problems }).toEqual({ account: [], problems: [] });
  expect(document.services).toMatchObject([
    {
      match: { protocol: 'tcp', address: '10.0.0.1', port: 80 },
      scheduler: 'sh',
      schedulerFlags: ['sh-port', 'sh-fallback'],
      persistence: 300,
      persistenceNetmask: '255.255.255.0',
      servers: [
        { forward: 'tun', weight: 2, upperThreshold: 10, lowerThreshold: 5, tunnel: { type: 'gue', port: 6080, checksum: 'full' } },
      ],
    },
    {
      match: { protocol: 'udp', address: '2001:db8::1' },
      persistenceNetmask: '64',
      persistenceEngine: 'sip',
      onePacket: true,
      servers: [{ port: 5061 }],
    },
    {
      match: { protocol: 'sctp', port: 0 },
      schedulerFlags: ['mh-port'],
      servers: [{ address: '10.0.0.11', port: 0, weight: 0, forward: 'dr' }],
    },
    { match: { by: 'mark', mark: 7, family: 6 }, servers: [{ tunnel: { type: 'gre', checksum: 'none' } }] },
  ]);
});

test('what the line does not say is what ipvsadm(8) says it is', () => {
  const result = read(`-A -t 10.0.0.1:80 -p -M 255.255.255.0\n-a -t 10.0.0.1:80 -r 10.0.0.11 ${bounds}`);
  expect(result.document.services[0]).toMatchObject({
    scheduler: 'wlc',
    persistence: 300,
    servers: [{ port: 80, forward: 'dr', weight: 1 }],
  });
  expect(accountOf(result)).toEqual([
    'i:1: assumed: scheduler wlc: ipvsadm(8): the default',
    'i:1: assumed: persistence of 300s: ipvsadm(8): the default',
    'i:2: assumed: weight 1: ipvsadm(8): the default',
    'i:2: assumed: forward dr: ipvsadm(8): the default',
  ]);
});

test('that ipvsadm -S leaves thresholds out is in the account', () => {
  expect(accountOf(read('-A -t 10.0.0.1:80 -s rr'))).toEqual([
    'i:1: assumed: no thresholds: ipvsadm -S leaves them out also where there are some; look at ipvsadm -Ln --thresholds',
  ]);
});

test('commands of a script that make no rule are in the account', () => {
  const result = read(
    `#!/bin/sh\nipvsadm -C\n/sbin/ipvsadm --set 900 120 300\nipvsadm --start-daemon master --mcast-interface eth1\n-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1 ${bounds}`,
  );
  expect(result.document.services).toHaveLength(1);
  expect(accountOf(result).map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
    'i:2: left out: ipvsadm -C',
    'i:3: left out: /sbin/ipvsadm --set 900 120 300',
    'i:4: left out: ipvsadm --start-daemon master --mcast-interface eth1',
  ]);
});

test('a service twice is told once; its servers go to the first', () => {
  const result = read(`-A -t 10.0.0.1:80 -s rr\n-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1 ${bounds}`);
  expect(result.document.services).toMatchObject([{ scheduler: 'rr', servers: [{}] }]);
  expect(accountOf(result)).toEqual(['i:2: left out: service tcp 10.0.0.1:80: line 1 has it already; keep one of the two']);
});

test('every mistake is told with its place', () => {
  const lines = [
    '-A -t www:http -s rr',
    '-A -t 10.0.0.1:80 -s fastest -M 255.255.255.0',
    '-a -t 10.0.0.1:81 -r 10.0.0.11:81 -g -w 1',
    '-a -t 10.0.0.1:80 -r real1 -g -w 1',
    '-a -t 10.0.0.1:80 -r 10.0.0.11:80 -i -w 70000 --tun-type gue',
    '-E -t 10.0.0.1:80 -s rr',
    '-A -t 10.0.0.1:82 -s rr -b sh-port',
    '-A -s rr --bogus',
    '-A -t',
    '-A -u 10.0.0.1:0 -s rr -p 0',
    '-A -t 10.0.0.3:0 -s rr',
    '-a -t 10.0.0.1:80 -r 10.0.0.12:80 -g -w 1 -x 1 -y 2',
  ];
  expect(problemsOf(read(lines.join('\n')))).toEqual([
    'i:1:4: www:http is no address; expected an address in digits, as ipvsadm -Sn (with -n) writes it, such as 10.0.0.1:80',
    'i:2:19: the scheduler is fastest; expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos',
    'i:2:30: --netmask 255.255.255.0 without --persistent; expected -p beside it',
    'i:3:1: there is no service tcp 10.0.0.1:81; expected its -A line before this one',
    'i:4:19: the real server is real1; expected -r and an address in digits, such as 10.0.0.11:80',
    'i:5:38: --weight is 70000; expected a whole number from 0 to 65535',
    'i:5:47: a gue tunnel without its port; expected --tun-port NUMBER',
    'i:6:1: this line begins with --edit-service; expected -A for a service or -a for a server, as ipvsadm -Sn writes them',
    'i:7:25: the scheduler rr has no flag sh-port; expected sh-port, sh-fallback, mh-port or mh-fallback with its scheduler',
    'i:8:10: --bogus is no option of ipvsadm that makes rules; expected a line of ipvsadm -Sn, such as -A -t 10.0.0.1:80 -s rr',
    'i:9:4: -t has no value; expected a value after -t',
    'i:10:1: udp 10.0.0.1:0 is for all ports without persistence; expected a port, or persistence beside it',
    'i:10:24: --persistent is 0; expected a whole number from 1 to 2678400',
    'i:11:1: tcp 10.0.0.3:0 is for all ports without persistence; expected a port, or persistence beside it',
    'i:12:1: the lower threshold is 2, the upper one 1; expected a lower threshold of at most 1',
  ]);
});
