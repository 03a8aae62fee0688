import { expect, test } from 'vitest';
import { serversNamed, serverText, serviceNamed } from '../../src/rules/naming.ts';
import { rules, server, service } from './documents.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.11', { port: 81 }), server('10.0.0.12')]);
const names = service('10.0.0.1', [], { protocol: 'udp', port: 53 });
const namesByTcp = service('10.0.0.1', [], { port: 53 });
const six = service('2001:db8::1', [server('2001:db8::b')]);
const range = service('10.0.0.1', [server('10.0.0.11', { port: 8000, lastPort: 8010 })], { port: 8000, lastPort: 8010 });
const marked = { ...web, match: { by: 'mark', family: 4, mark: 7 } as const };
const document = rules(web, names, namesByTcp, six, range, marked);

test.each([
  ['tcp 10.0.0.1:80', web],
  ['10.0.0.1:80', web],
  ['tcp/10.0.0.1:80', web],
  ['TCP 10.0.0.1:80', web],
  ['udp 10.0.0.1:53', names],
  ['[2001:DB8:0::1]:80', six],
  ['tcp [2001:db8::1]:80', six],
  ['10.0.0.1:8000-8010', range],
  ['fwmark 7', marked],
  ['fwmark/7', marked],
])('%s is the service that people mean by it', (text, found) => {
  expect(serviceNamed(document, text)).toEqual({ ok: true, found });
});

test('an address with two protocols needs the protocol', () => {
  expect(serviceNamed(document, '10.0.0.1:53')).toEqual({
    ok: false,
    detail: '10.0.0.1:53 may be udp 10.0.0.1:53 or tcp 10.0.0.1:53: name the protocol too',
  });
});

test.each([
  ['10.0.0.2:80', 'there is no service 10.0.0.2:80 in the rules (did you mean 10.0.0.1:80?)'],
  ['fwmark 8', 'there is no service fwmark 8 in the rules (did you mean fwmark 7?)'],
  [
    'web',
    'there is no service web in the rules; there is tcp 10.0.0.1:80, udp 10.0.0.1:53, tcp 10.0.0.1:53, tcp [2001:db8::1]:80, tcp 10.0.0.1:8000-8010 or fwmark 7',
  ],
])('%s is no service, and the nearest one is named', (text, detail) => {
  expect(serviceNamed(document, text)).toEqual({ ok: false, detail });
});

test('in empty rules there is nothing to suggest', () => {
  expect(serviceNamed(rules(), '10.0.0.1:80')).toEqual({
    ok: false,
    detail: 'there is no service 10.0.0.1:80 in the rules, which have none',
  });
});

test.each([
  ['10.0.0.11:81', ['10.0.0.11:81', '10.0.0.11:81']],
  ['10.0.0.11', ['10.0.0.11:80', '10.0.0.11:81', '10.0.0.11:8000-8010', '10.0.0.11:80', '10.0.0.11:81']],
  ['2001:0db8::b', ['[2001:db8::b]:80']],
  ['10.0.0.11:8000-8010', ['10.0.0.11:8000-8010']],
])('%s is every server that people mean by it', (text, found) => {
  const named = serversNamed(document.services, text);
  expect(named.ok && named.found.map(serverText)).toEqual(found);
});

test('an unknown server is told with the nearest one', () => {
  expect(serversNamed(document.services, '10.0.0.13:80')).toEqual({
    ok: false,
    detail: 'there is no server 10.0.0.13:80 in the rules (did you mean 10.0.0.11:80?)',
  });
});
