// The `state` section for Redis: where it is, as whom it is used, and under which names. What its keys demand of each other
// is in redisRelations.ts.
import * as z from 'zod';
import { listOf, matching, section, whole, written } from '../text/shape.ts';
import type { RedisNode } from './config.ts';
import { absolutePath, time } from './values.ts';

export interface RedisUrl extends RedisNode {
  readonly db: number | undefined;
  readonly tls: boolean;
}

const defaultPort = 6379;
const databases = 65_536;

/** Without user and password: everyone who may read the configuration or a status report would see them. */
export function readRedisUrl(text: string): RedisUrl | undefined {
  const url = URL.parse(text);
  const path = /^\/?(\d{0,5})$/.exec(url?.pathname ?? '-');
  if (url === null || path === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') return undefined;
  if (`${url.username}${url.password}${url.search}${url.hash}` !== '' || Number(path[1]) >= databases) return undefined;
  const db = path[1] === '' ? undefined : Number(path[1]);
  return { host: bare(url.hostname), port: Number(url.port || defaultPort), db, tls: url.protocol === 'rediss:' };
}

/** 'redis1.example:26379', '10.0.0.9:6379' or '[2001:db8::9]:6379'. */
export function readNode(text: string): RedisNode | undefined {
  const [, host, port] = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text) ?? [];
  const url = host === undefined ? null : URL.parse(`redis://${host}:${port}`);
  return url === null || Number(port) < 1 ? undefined : { host: bare(url.hostname), port: Number(port) };
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

const node = written('host:port, such as 10.0.0.9:6379', readNode, /^\S+:\d{1,5}$/);
const nodes = (what: string) => listOf(node, `a list of ${what}, host:port each`).min(1, `at least one of the ${what}, as host:port`);
const user = matching('the name of an ACL user without white space', /^\S{1,100}$/);

const passwordFile = (whose: string) =>
  absolutePath.optional().describe(`A file with the password of ${whose}, readable by its owner only.`);

export const backend = <const Name extends string>(backendName: Name) =>
  z.literal(backendName).describe('Which of them; the other keys are those of redis.');

export const redisShape = section({
  backend: backend('redis'),
  url: written(
    'a URL redis://host:port/db or rediss://... without user and password in it (username and passwordFile)',
    readRedisUrl,
    /^rediss?:\/\//,
  )
    .optional()
    .describe('Where one Redis (6.2 or later) is. rediss:// speaks TLS. Exactly one of url, sentinel and cluster.'),
  sentinel: section({
    name: matching('the name that the sentinels have for the master', /^\S{1,100}$/).describe('What the sentinels call the master.'),
    nodes: nodes('sentinels').describe('The sentinels; any of them is enough.'),
    username: user.optional().describe('The ACL user at the sentinels.'),
    passwordFile: passwordFile('that user'),
  })
    .optional()
    .describe('Sentinels that know where the master is.'),
  cluster: nodes('nodes of the cluster').optional().describe('Some nodes of a Redis cluster; the others are found through them.'),
  db: whole(0, databases - 1, 'the number of a database')
    .optional()
    .describe('The database, unless the url names it. Without either: 0.'),
  username: user
    .optional()
    .describe(
      'The ACL user. It needs its keys and channels (~vspair:NAME:* and &vspair:NAME:* for cluster NAME), +@read +@write +@scripting +@pubsub +@connection +info.',
    ),
  passwordFile: passwordFile('that user, or of Redis itself'),
  tls: section({
    ca: absolutePath.optional().describe("PEM file of the authorities that are trusted; without it the system's."),
    certificate: absolutePath.optional().describe('PEM file of the certificate that vspair shows.'),
    key: absolutePath.optional().describe('PEM file of its key.'),
    serverName: matching("the name in the server's certificate", /^\S{1,253}$/)
      .optional()
      .describe("The name in the servers' certificates, when it is not the host that is connected to."),
  })
    .optional()
    .describe('Speak TLS with servers and sentinels; a url must begin with rediss://.'),
  prefix: matching('a prefix of Redis keys without white space', /^\S{1,100}$/)
    .optional()
    .describe(
      'All keys begin so. Without it vspair:NAME: of the cluster NAME; for a Redis cluster {vspair:NAME}:, whose braces keep all keys in one slot.',
    ),
  poll: time('100ms', '10m', '2s').prefault('2s').describe('How often Redis is asked for a newer revision, should a notice be lost.'),
});

export type RedisShape = z.output<typeof redisShape>;
