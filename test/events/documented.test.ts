// EVENTS.md against the code: every type with its severity and what it ends, and nothing that does not exist.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue, type EventKind, eventTypes } from '../../src/events/catalogue.ts';
import { flappingFrom } from '../../src/events/flapping.ts';

const text = readFileSync(new URL('../../src/events/EVENTS.md', import.meta.url), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| [a-z]\w+ \|/.test(line) && !line.startsWith('| type '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every type stands there once, in the order of the code, with its severity and the type that it ends', () => {
  const documented = rows.map(([, type, severity, ends]) => ({ type, severity, ends }));
  const expected = eventTypes.map((type) => {
    const kind: EventKind = catalogue[type];
    return { type, severity: kind.severity, ends: kind.ends ?? '' };
  });
  expect(documented).toEqual(expected);
});

test('every type says when it comes and what to do', () => {
  for (const [, type, , , when, advice] of rows)
    expect([type, (when ?? '').length > 10, (advice ?? '').length > 5]).toEqual([type, true, true]);
});

test('the numbers of flapping are those of the code', () => {
  expect(flappingFrom).toEqual({ transitions: 5, withinMs: 5 * 60_000 });
  expect(text).toContain('Five transitions of one group within five minutes');
});

/** Where the drafts are made: every reason that is written there is explained. */
const makers = ['transitions.ts', 'factDrafts.ts', 'partDrafts.ts', 'levels.ts', 'strangers.ts', 'lifecycle.ts'];

test('every reason that an event can have is named', () => {
  const sources = makers.map((file) => readFileSync(new URL(`../../src/events/${file}`, import.meta.url), 'utf8')).join('\n');
  const reasons = [...sources.matchAll(/reason: '([a-z-]+)'/g)].flatMap(([, reason]) => reason ?? []);
  expect(reasons.length).toBeGreaterThan(8);
  for (const reason of new Set(reasons)) expect(text).toContain(`\`${reason}\``);
});
