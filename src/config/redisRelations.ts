// What the keys of a `state` section for Redis demand of each other.
import type { Problem } from '../errors/place.ts';
import { fieldsOf, readIn } from '../text/found.ts';
import { pathText } from '../text/shape.ts';
import type { Path, YamlTree } from '../text/yaml.ts';
import { readRedisUrl } from './redisShape.ts';

type Places = Pick<YamlTree, 'placeOf' | 'placeOfKey'>;
type Fields = Readonly<Record<string, unknown>>;

/** Every contradiction; none when the backend is another one. */
export function redisContradictions(state: Fields, places: Places): Problem[] {
  if (state['backend'] !== 'redis') return [];
  return [
    ...oneWayToReachIt(state, places),
    ...oneDatabase(state, places),
    ...tlsThatIsUsed(state, places),
    ...namesWithPasswords(state, places),
    ...oneSlotForAllKeys(state, places),
  ];
}

/** One script writes all keys of a cluster, so that all must be in one slot: that of the hash tag. */
export const hasHashTag = (prefix: string): boolean => /^[^{]*\{[^}]+\}/.test(prefix);

const problem = (places: Places, at: Path, what: string, expected: string): Problem => ({
  place: places.placeOfKey(at),
  what: `${pathText(at)} ${what}`,
  expected,
});

function oneWayToReachIt(state: Fields, places: Places): Problem[] {
  const ways = ['url', 'sentinel', 'cluster'].filter((key) => state[key] !== undefined);
  const expected = 'exactly one of url: redis://host:port/db, sentinel: { name, nodes } and cluster: [host:port, ...]';
  const [first, second] = ways;
  if (first === undefined) return [{ place: places.placeOf(['state']), what: 'state says nowhere where Redis is', expected }];
  return second === undefined ? [] : [problem(places, ['state', second], `stands beside ${first}`, expected)];
}

function oneDatabase({ db, cluster, url }: Fields, places: Places): Problem[] {
  if (typeof db !== 'number') return [];
  if (cluster !== undefined && db !== 0) return [problem(places, ['state', 'db'], `is ${db}`, 'no db: a cluster has only database 0')];
  if (readIn(url, readRedisUrl)?.db === undefined) return [];
  return [problem(places, ['state', 'db'], 'stands beside a url that names a database', 'one of the two')];
}

function tlsThatIsUsed({ tls, url }: Fields, places: Places): Problem[] {
  if (tls === undefined) return [];
  const { certificate, key } = fieldsOf(tls);
  const unused = readIn(url, readRedisUrl)?.tls === false;
  return [
    ...(unused ? [problem(places, ['state', 'tls'], 'has no effect with redis://', 'a url that begins with rediss://')] : []),
    ...(certificate !== undefined && key === undefined
      ? [problem(places, ['state', 'tls', 'certificate'], 'has no key', 'key beside it')]
      : []),
    ...(key !== undefined && certificate === undefined
      ? [problem(places, ['state', 'tls', 'key'], 'has no certificate', 'certificate beside it')]
      : []),
  ];
}

function namesWithPasswords(state: Fields, places: Places): Problem[] {
  const sections: readonly (readonly [Path, Fields])[] = [
    [['state'], state],
    [['state', 'sentinel'], fieldsOf(state['sentinel'])],
  ];
  return sections
    .filter(([, { username, passwordFile }]) => username !== undefined && passwordFile === undefined)
    .map(([at]) => problem(places, [...at, 'username'], 'has no password', 'passwordFile beside it'));
}

function oneSlotForAllKeys({ cluster, prefix }: Fields, places: Places): Problem[] {
  if (cluster === undefined || typeof prefix !== 'string' || hasHashTag(prefix)) return [];
  const expected = `a part of it in braces, such as ${JSON.stringify(`{${prefix.replace(/[{}:]/g, '') || 'vspair'}}:`)}, so that a cluster keeps all keys in one slot`;
  return [problem(places, ['state', 'prefix'], `is ${JSON.stringify(prefix)}`, expected)];
}
