// The ways to Redis that a configuration can name, and what is said about those that contradict themselves.
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { complaints, sample, spoiled } from './sample.ts';

const written = '{ backend: redis, url: "redis://10.0.0.9:6379/0" }';

const stateOf = (state: string) => {
  const read = parseConfig(spoiled(written, state), 'c.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.config.state;
};

test.each([
  ['redis://redis.example', { host: 'redis.example', port: 6379 }, 0],
  ['redis://10.0.0.9:7000', { host: '10.0.0.9', port: 7000 }, 0],
  ['redis://[2001:db8::9]:6379/15', { host: '2001:db8::9', port: 6379 }, 15],
])('%s names a host, a port and a database', (url, node, db) => {
  expect(stateOf(`{ backend: redis, url: "${url}" }`)).toMatchObject({ servers: { kind: 'single', node }, db, tls: undefined });
});

test('rediss:// speaks TLS, with the authorities of the system unless others are named', () => {
  const tls = { ca: undefined, certificate: undefined, key: undefined, serverName: undefined };
  expect(stateOf('{ backend: redis, url: "rediss://redis.example" }')).toMatchObject({ tls });
  expect(stateOf('{ backend: redis, url: "rediss://redis.example", tls: { ca: /ca.pem } }')).toMatchObject({
    tls: { ...tls, ca: '/ca.pem' },
  });
});

test('sentinels are named by host and port, with a user of their own', () => {
  const state = stateOf(
    '{ backend: redis, db: 2, sentinel: { name: mymaster, nodes: [s1.example:26379, "[2001:db8::9]:26379"], username: watch, passwordFile: /watch } }',
  );
  const nodes = [
    { host: 's1.example', port: 26379 },
    { host: '2001:db8::9', port: 26379 },
  ];
  const servers = { kind: 'sentinel', name: 'mymaster', nodes, username: 'watch', passwordFile: '/watch' };
  expect(state).toMatchObject({ servers, db: 2, prefix: 'vspair:web:' });
});

test('the keys of a cluster are in one slot without anything being said', () => {
  const servers = { kind: 'cluster', nodes: [{ host: '10.0.0.9', port: 7000 }] };
  expect(stateOf('{ backend: redis, cluster: [10.0.0.9:7000] }')).toMatchObject({ servers, prefix: '{vspair:web}:' });
});

const oneOfThree = 'exactly one of url: redis://host:port/db, sentinel: { name, nodes } and cluster: [host:port, ...]';
const url = 'a URL redis://host:port/db or rediss://... without user and password in it (username and passwordFile)';

test.each([
  ['nowhere to go', '{ backend: redis }', `18:8: state says nowhere where Redis is; expected ${oneOfThree}`],
  ['two ways', '{ backend: redis, url: "redis://a", cluster: [a:1] }', `18:44: state.cluster stands beside url; expected ${oneOfThree}`],
  ['a user in the URL', '{ backend: redis, url: "redis://me@a" }', `18:31: state.url is "redis://***@a"; expected ${url}`],
  ['options in the URL', '{ backend: redis, url: "redis://a?db=1" }', `18:31: state.url is "redis://a?db=1"; expected ${url}`],
  ['a database without number', '{ backend: redis, url: "redis://a/rules" }', `18:31: state.url is "redis://a/rules"; expected ${url}`],
  [
    'two databases',
    '{ backend: redis, url: "redis://a/1", db: 2 }',
    '18:46: state.db stands beside a url that names a database; expected one of the two',
  ],
  [
    'a database of a cluster',
    '{ backend: redis, cluster: [a:1], db: 2 }',
    '18:42: state.db is 2; expected no db: a cluster has only database 0',
  ],
  ['a node without port', '{ backend: redis, cluster: [a] }', '18:36: state.cluster[0] is "a"; expected host:port, such as 10.0.0.9:6379'],
  [
    'no sentinels',
    '{ backend: redis, sentinel: { name: m, nodes: [] } }',
    '18:54: state.sentinel.nodes is an empty list; expected at least one of the sentinels, as host:port',
  ],
  [
    'keys of a cluster in many slots',
    '{ backend: redis, cluster: [a:1], prefix: "vspair:" }',
    '18:42: state.prefix is "vspair:"; expected a part of it in braces, such as "{vspair}:", so that a cluster keeps all keys in one slot',
  ],
  [
    'TLS that is not used',
    '{ backend: redis, url: "redis://a", tls: {} }',
    '18:44: state.tls has no effect with redis://; expected a url that begins with rediss://',
  ],
  [
    'a certificate without its key',
    '{ backend: redis, url: "rediss://a", tls: { certificate: /c } }',
    '18:52: state.tls.certificate has no key; expected key beside it',
  ],
  [
    'a key without its certificate',
    '{ backend: redis, url: "rediss://a", tls: { key: /k } }',
    '18:52: state.tls.key has no certificate; expected certificate beside it',
  ],
  [
    'a user without a password',
    '{ backend: redis, url: "redis://a", username: me }',
    '18:44: state.username has no password; expected passwordFile beside it',
  ],
])('%s', (_what, state, says) => {
  expect(complaints(spoiled(written, state))).toEqual([`c.yaml:${says}`]);
});

test('what contradicts itself does not hide what is wrong elsewhere', () => {
  const both = sample.replace(written, '{ backend: redis, poll: 2 }').replace('level: info', 'level: loud');
  expect(complaints(both).map((complaint) => complaint.split(';')[0])).toEqual([
    'c.yaml:18:8: state says nowhere where Redis is',
    'c.yaml:18:32: state.poll is 2',
    'c.yaml:24:15: log.level is "loud"',
  ]);
});
