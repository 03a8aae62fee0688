// Whether the keeper is alive: its loop has to turn for the answer.
import { expect, test } from 'vitest';
import { activeStage, createStage, type Stage } from './stage.ts';

const pongs = ({ reports }: Stage): number[] => reports.flatMap((report) => (report.type === 'pong' ? [report.requestId] : []));

test('a ping is answered once, at the end of the turn after it came', () => {
  const stage = createStage();
  stage.keeper.command({ type: 'ping', requestId: 7 });
  expect(pongs(stage)).toEqual([]);
  stage.keeper.wake();
  stage.keeper.wake();
  expect(pongs(stage)).toEqual([7]);
});

test('a keeper that has ended answers no more', () => {
  const stage = activeStage();
  stage.keeper.command({ type: 'shutdown', how: 'inPlace' });
  stage.keeper.wake();
  stage.keeper.command({ type: 'ping', requestId: 7 });
  stage.keeper.wake();
  expect(pongs(stage)).toEqual([]);
});
