import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareRevisions, type Descent, lineOf, settledAgainst } from '../../src/rules/lineage.ts';
import { revised, rules, service } from './documents.ts';

const directors = ['vs1', 'vsbak'];
const precedence = (director: string): number => (directors.includes(director) ? directors.indexOf(director) : directors.length);

const edit = (revision: number, port: number, director: string, settled = 0) => ({
  ...revised(rules(service('10.0.0.1', [], { port })), revision),
  lineage: { director, parent: undefined, settled },
});

const anyEdit = fc
  .record({
    revision: fc.integer({ min: 1, max: 3 }),
    port: fc.integer({ min: 1, max: 3 }),
    director: fc.constantFrom('vs1', 'vsbak', 'gone'),
    settled: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ revision, port, director, settled }) => edit(revision, port, director, settled));

test.each([
  ['the higher number', edit(2, 80, 'vsbak'), edit(1, 81, 'vs1', 9)],
  ['of the same number the one that an active has spoken for', edit(1, 80, 'vsbak', 1), edit(1, 81, 'vs1')],
  ['else the one of the director that wins the election', edit(1, 80, 'vs1'), edit(1, 81, 'vsbak')],
  ['a director that is not configured any more wins none', edit(1, 80, 'vsbak'), edit(1, 81, 'gone')],
])('of two revisions counts %s', (_rule, counts, other) => {
  expect(compareRevisions(counts, other, precedence)).toBeLessThan(0);
  expect(compareRevisions(other, counts, precedence)).toBeGreaterThan(0);
});

test('the order is total: whatever the sequence in which revisions meet, the same one is left', () => {
  fc.assert(
    fc.property(fc.array(anyEdit, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 5 }), (edits, turn) => {
      const newest = (all: typeof edits) => all.reduce((one, other) => (compareRevisions(one, other, precedence) <= 0 ? one : other));
      const turned = [...edits.slice(turn % edits.length), ...edits.slice(0, turn % edits.length)].toReversed();
      expect(newest(turned)).toEqual(newest(edits));
    }),
  );
});

test('the word of an active settles a tie for it, whatever was said for the other one before', () => {
  const [ours, theirs] = [edit(1, 80, 'vsbak'), edit(1, 81, 'vs1', 4)];
  expect(compareRevisions(settledAgainst(ours, theirs), theirs, precedence)).toBeLessThan(0);
});

const kept = (revision: number, digest: string, parent?: string): Descent => ({ revision, digest, parent });
const textsOf = (line: Iterable<Descent>): readonly string[] => [...line].map(({ digest }) => digest);

test('the line of the rules in use goes from parent to parent, and leaves out what lost', () => {
  const history = [kept(3, 'c', 'b'), kept(2, 'x', 'a'), kept(2, 'b', 'a'), kept(1, 'a')];
  expect(textsOf(lineOf(history, { revision: 3, digest: 'c' }))).toEqual(['c', 'b', 'a']);
});

test('of a tie the one in use is in the line', () => {
  expect(textsOf(lineOf([kept(1, 'x'), kept(1, 'a')], { revision: 1, digest: 'a' }))).toEqual(['a']);
});

test('where a parent is not known or not kept any more, the next older revision stands for it', () => {
  expect(textsOf(lineOf([kept(4, 'd'), kept(3, 'c', 'gone'), kept(1, 'a')], { revision: 4, digest: 'd' }))).toEqual(['d', 'c', 'a']);
});

test('what is above the rules in use led to nothing', () => {
  expect(textsOf(lineOf([kept(2, 'b', 'a'), kept(1, 'a')], { revision: 1, digest: 'a' }))).toEqual(['a']);
});
