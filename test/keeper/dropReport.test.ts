import { describe, expect, test } from 'vitest';
import { millis } from '../../src/core/types.ts';
import { createDropReport } from '../../src/keeper/dropReport.ts';
import type { FromKeeper } from '../../src/keeper/messages.ts';

function remembering() {
  const told: FromKeeper[] = [];
  return { told, drops: createDropReport((message) => told.push(message)) };
}

describe('dropped datagrams', () => {
  test('the first one of a cause is told at once', () => {
    const { told, drops } = remembering();
    drops.note('stale', '10.0.0.9', millis(0));
    expect(told).toEqual([{ type: 'dropped', cause: 'stale', count: 1, from: '10.0.0.9' }]);
  });

  test('a flood of them is told once in five seconds, with the number and the last sender', () => {
    const { told, drops } = remembering();
    for (let moment = 0; moment < 20_000; moment += 1) drops.note('wrong-key', `10.0.0.${moment % 7}`, millis(moment));
    expect(told.map((message) => (message.type === 'dropped' ? message.count : 0))).toEqual([1, 5_000, 5_000, 5_000]);
  });

  test('causes do not hide one another', () => {
    const { told, drops } = remembering();
    drops.note('stale', '10.0.0.9', millis(0));
    drops.note('wrong-key', '10.0.0.9', millis(1));
    expect(told).toHaveLength(2);
  });

  test('what gathered is told when its time has come, also when no more comes', () => {
    const { told, drops } = remembering();
    drops.note('stale', '10.0.0.9', millis(0));
    drops.note('stale', '10.0.0.9', millis(10));
    drops.flush(millis(4_999));
    expect(told).toHaveLength(1);
    drops.flush(millis(5_000));
    expect(told.at(-1)).toEqual({ type: 'dropped', cause: 'stale', count: 1, from: '10.0.0.9' });
    drops.flush(millis(60_000));
    expect(told).toHaveLength(2);
  });
});
