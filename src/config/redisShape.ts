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

const node = written('host:port, such as 10.0.0.9:6379', readNode);
const nodes = (what: string) => listOf(node, `a list of ${what}, host:port each`).min(1, `at least one of the ${what}, as host:port`);
const user = matching('the name of an ACL user without white space', /^\S{1,100}$/);

export const redisShape = section({
  backend: z.literal('redis'),
  url: written(
    'a URL redis://host:port/db or rediss://... without user and password in it (username and passwordFile)',
    readRedisUrl,
  ).optional(),
  sentinel: section({
    name: matching('the name that the sentinels have for the master', /^\S{1,100}$/),
    nodes: nodes('sentinels'),
    username: user.optional(),
    passwordFile: absolutePath.optional(),
  }).optional(),
  cluster: nodes('nodes of the cluster').optional(),
  db: whole(0, databases - 1, 'the number of a database').optional(),
  username: user.optional(),
  passwordFile: absolutePath.optional(),
  tls: section({
    ca: absolutePath.optional(),
    certificate: absolutePath.optional(),
    key: absolutePath.optional(),
    serverName: matching("the name in the server's certificate", /^\S{1,253}$/).optional(),
  }).optional(),
  prefix: matching('a prefix of Redis keys without white space', /^\S{1,100}$/).optional(),
  poll: time('100ms', '10m', '2s').prefault('2s'),
});

export type RedisShape = z.output<typeof redisShape>;
