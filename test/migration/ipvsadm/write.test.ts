// The rules as lines for ipvsadm -R. What ipvsadm makes of them is in kernel.checks.ts.
import { expect, test } from 'vitest';
import { ipvsadmLines } from '../../../src/migration/ipvsadm/write.ts';
import { rules, server, service } from '../../rules/documents.ts';
import { imported } from '../imports.ts';

test('one line for each service and server, and only what differs from the default', () => {
  const web = service('10.0.0.1', [
    server('10.0.0.11'),
    server('10.0.0.12', { forward: 'nat', port: 8080, weight: 0, upperThreshold: 9, lowerThreshold: 3 }),
  ]);
  expect(ipvsadmLines(rules(web))).toEqual([
    '-A -t 10.0.0.1:80 -s rr',
    '-a -t 10.0.0.1:80 -r 10.0.0.11:80 -g -w 1',
    '-a -t 10.0.0.1:80 -r 10.0.0.12:8080 -m -w 0 -x 9 -y 3',
  ]);
});

test('a range of ports is a service for each of them', () => {
  const range = service('10.0.0.1', [server('10.0.0.11', { forward: 'nat', port: 90, lastPort: 91 })], { port: 80, lastPort: 81 });
  expect(ipvsadmLines(rules(range))).toEqual([
    '-A -t 10.0.0.1:80 -s rr',
    '-a -t 10.0.0.1:80 -r 10.0.0.11:90 -m -w 1',
    '-A -t 10.0.0.1:81 -s rr',
    '-a -t 10.0.0.1:81 -r 10.0.0.11:91 -m -w 1',
  ]);
});

test('what is exported comes back by an import', () => {
  const document = rules(
    service('2001:db8::1', [server('2001:db8::11', { forward: 'tun', tunnel: { type: 'gre', checksum: 'full' } })], {
      scheduler: 'mh',
      schedulerFlags: ['mh-fallback', 'mh-port'],
      persistence: 60,
      persistenceNetmask: '64',
    }),
    service('', [server('10.0.0.11', { port: 0, upperThreshold: 1 })], { match: { by: 'mark', mark: 9, family: 4 } }),
    service('', [server('2001:db8::11', { port: 0 })], { match: { by: 'mark', mark: 9, family: 6 } }),
    service('10.0.0.2', [server('10.0.0.11')], { protocol: 'udp', onePacket: true, persistence: 5, persistenceEngine: 'sip' }),
  );
  const back = imported({ file: 'x', text: ipvsadmLines(document).join('\n') });
  expect(back).toEqual({ format: 'ipvsadm', document, account: [], problems: [] });
});
