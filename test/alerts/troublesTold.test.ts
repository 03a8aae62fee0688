import { expect, test } from 'vitest';
import { due, judge, nextDue, type TroublesTold } from '../../src/alerts/troublesTold.ts';
import type { DirectorEvent } from '../../src/events/event.ts';
import { peerBack, peerLost } from './events.ts';

const minute = 60_000;
const repeatMs = 30 * minute;

/** What is told of beginnings (+) and ends (-) that come at these minutes. */
function told(story: readonly (readonly ['+' | '-' | 'due', number])[], isWanted = true): string[] {
  let troubles: TroublesTold = [];
  return story.flatMap(([what, at]) => {
    const now = at * minute;
    if (what === 'due') {
      const over = due(troubles, { now, repeatMs });
      troubles = over.troubles;
      return over.events.map(() => `+${at}`);
    }
    const judgement = judge(troubles, withTrouble(what === '+' ? peerLost() : peerBack()), { now, repeatMs, isWanted });
    troubles = judgement.troubles;
    return judgement.tells ? [`${what}${at}`] : [];
  });
}

function withTrouble(event: DirectorEvent) {
  const { trouble } = event;
  if (trouble === null) throw new Error('an event without a trouble');
  return { ...event, trouble };
}

test('a beginning and its end are told', () => {
  expect(
    told([
      ['+', 0],
      ['-', 1],
    ]),
  ).toEqual(['+0', '-1']);
});

test('a trouble that comes back soon is not told again, nor is that end', () => {
  expect(
    told([
      ['+', 0],
      ['-', 1],
      ['+', 2],
      ['-', 3],
      ['+', 4],
      ['-', 5],
    ]),
  ).toEqual(['+0', '-1']);
});

test('one that is back and stays is told when the quiet time is over, and so is its end', () => {
  expect(
    told([
      ['+', 0],
      ['-', 1],
      ['+', 2],
      ['due', 29],
      ['due', 30],
      ['-', 31],
    ]),
  ).toEqual(['+0', '-1', '+30', '-31']);
});

test('one that is gone when the quiet time is over is not', () => {
  expect(
    told([
      ['+', 0],
      ['-', 1],
      ['+', 2],
      ['-', 3],
      ['due', 30],
    ]),
  ).toEqual(['+0', '-1']);
});

test('after the quiet time it is news again', () => {
  expect(
    told([
      ['+', 0],
      ['-', 1],
      ['+', 30],
      ['-', 31],
    ]),
  ).toEqual(['+0', '-1', '+30', '-31']);
});

test('one that was told and lasts is told again when it is reported again later, and its end once', () => {
  expect(
    told([
      ['+', 0],
      ['+', 10],
      ['+', 40],
      ['-', 50],
      ['-', 51],
    ]),
  ).toEqual(['+0', '+40', '-50']);
});

test('who was not told of the beginning is not told of the end', () => {
  expect(told([['-', 0]])).toEqual([]);
  expect(
    told(
      [
        ['+', 0],
        ['-', 1],
      ],
      false,
    ),
  ).toEqual([]);
});

test('a clock that was put back makes nothing quiet for ever', () => {
  expect(
    told([
      ['+', 1000],
      ['-', 1001],
      ['+', 2],
      ['-', 3],
    ]),
  ).toEqual(['+1000', '-1001', '+2', '-3']);
});

test('what is over and no longer quiet is forgotten, what is held says when it is due', () => {
  const begun = judge([], withTrouble(peerLost()), { now: 0, repeatMs, isWanted: true }).troubles;
  expect(nextDue(begun, repeatMs)).toBeUndefined();
  const over = judge(begun, withTrouble(peerBack()), { now: minute, repeatMs, isWanted: true }).troubles;
  const held = judge(over, withTrouble(peerLost()), { now: 2 * minute, repeatMs, isWanted: true }).troubles;
  expect(nextDue(held, repeatMs)).toBe(repeatMs);
  expect(due(over, { now: repeatMs, repeatMs }).troubles).toEqual([]);
});
