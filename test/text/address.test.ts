// Addresses are read strictly and compared by number.
import { expect, test } from 'vitest';
import { compareAddresses, isHostAddress, isInNetworkOf, parseAddress, parseEndpoint, parsePrefixed } from '../../src/text/address.ts';

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::', '::'],
])('%s is the address %s', (text, canonical) => {
  expect(parseAddress(text)?.text).toBe(canonical);
});

test.each([
  '',
  '10.0.0',
  '10.0.0.1.2',
  '010.0.0.1',
  '0x0a.0.0.1',
  '10.0.0.256',
  ' 10.0.0.1',
  '10.0.0.1 ',
  '10.0.0.1/24',
  '1::2::3',
  '::1%lo',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  'vs1',
  '167772161',
])('"%s" is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each(['10.0.0.1', '10.0.0.1/', '10.0.0.1/33', '10.0.0.1/+8', '10.0.0.1/08', '10.0.0.1/8/8', '::1/129', '10.0.0.1/255.0.0.0'])(
  '"%s" is no address with its prefix',
  (text) => {
    expect(parsePrefixed(text)).toBeUndefined();
  },
);

test.each([
  '10.0.0.1:080',
  '10.0.0.1:',
  '10.0.0.1:65536',
  '10.0.0.1:-1',
  '[10.0.0.1]:80',
  '2001:db8::1:80',
  '[2001:db8::1]',
  '[2001:db8::1]80',
  ':80',
  '[]:80',
])('"%s" is no address with a port', (text) => {
  expect(parseEndpoint(text)).toBeUndefined();
});

test('a port stands behind a v4 address, or behind a v6 address in brackets', () => {
  expect(parseEndpoint('10.0.0.1:0')).toMatchObject({ family: 4, text: '10.0.0.1', port: 0 });
  expect(parseEndpoint('[2001:db8::1]:65535')).toMatchObject({ family: 6, text: '2001:db8::1', port: 65_535 });
});

test('addresses are ordered by number, every v6 above every v4', () => {
  const texts = ['::', '10.0.0.10', '10.0.0.9', '2001:db8::1', '9.255.255.255', '2001:db8::1:0'];
  const ordered = texts
    .flatMap((text) => parseAddress(text) ?? [])
    .toSorted(compareAddresses)
    .map((address) => address.text);
  expect(ordered).toEqual(['9.255.255.255', '10.0.0.9', '10.0.0.10', '::', '2001:db8::1', '2001:db8::1:0']);
});

test.each([
  ['10.0.0.2', '10.0.0.1/24', true],
  ['10.0.1.2', '10.0.0.1/24', false],
  ['10.0.1.2', '10.0.0.1/23', true],
  ['10.0.0.1', '10.0.0.1/32', true],
  ['10.0.0.2', '10.0.0.1/32', false],
  ['8.8.8.8', '10.0.0.1/0', true],
  ['2001:db8::2', '2001:db8::1/64', true],
  ['2001:db8:0:1::2', '2001:db8::1/64', false],
  ['10.0.0.2', '2001:db8::1/0', false],
])('%s in the network of %s: %s', (text, network, is) => {
  const [address, prefixed] = [parseAddress(text), parsePrefixed(network)];
  expect(address !== undefined && prefixed !== undefined && isInNetworkOf(address, prefixed)).toBe(is);
});

test.each([
  ['10.0.0.1/24', true],
  ['10.0.0.0/24', false],
  ['10.0.0.255/24', false],
  ['10.0.0.255/23', true],
  ['10.0.1.255/23', false],
  ['10.0.0.0/31', true],
  ['10.0.0.0/32', true],
  ['127.0.0.1/8', false],
  ['0.0.0.0/32', false],
  ['224.0.0.1/32', false],
  ['255.255.255.255/32', false],
  ['192.0.2.1/24', true],
  ['2001:db8::/64', true],
  ['fe80::1/64', true],
  ['ff02::1/128', false],
  ['::1/128', false],
])('a host can have %s: %s', (text, can) => {
  const address = parsePrefixed(text);
  expect(address !== undefined && isHostAddress(address)).toBe(can);
});
