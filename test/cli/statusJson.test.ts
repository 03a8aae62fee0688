// JSON.md lists the keys of the status as programs find them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { group, keeper, report } from './report.ts';

const rows = readFileSync(new URL('../../src/cli/JSON.md', import.meta.url), 'utf8').split('\n');

/** The keys of an object by the first cell of its row, sorted. */
function documented(object: string): readonly string[] {
  const row = rows.find((line) => line.startsWith(`| ${object} |`));
  return [...(row?.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => key ?? '').toSorted();
}

const [peer] = report().peers;
const [link] = keeper().peers.flatMap(({ links }) => links);

test.each([
  ['the report', report()],
  ['`verdict`', report().verdict],
  ['`self`, and `director` of a peer that answers', report().self],
  ['a peer that answers (`via` is `channel`)', peer],
  ['a peer that does not (`via` is `adverts` when it is heard, else `none`)', { node: 'vsbak', via: 'none', detail: '' }],
  ['`keeper`', keeper()],
  ['a group', group({})],
  ['a heartbeat link of a peer', link],
])('of %s', (object, value) => {
  expect(documented(object)).toEqual(Object.keys(value ?? {}).toSorted());
});
