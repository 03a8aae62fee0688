// What is owed whatever happens: an answer for every request of an operator, no service in maintenance, and a loop that
// does not spin.
import { handoverLimit, handoverTimeout } from '../../src/core/timers.ts';
import { type Millis, millis, type NodeName } from '../../src/core/types.ts';
import { demand, type Observe } from './happening.ts';
import type { World } from './world.ts';

/** Beyond the handover's own time: wake-ups that come late, kernel calls that take long. */
const answerGrace = 2_000;
const wakesPerSecond = 5_000;

export function createPromisesJudge(world: World): Observe {
  const { setup, timeline } = world;
  const asked = new Map<number, { readonly node: NodeName; readonly at: number }>();
  const mayLoadLong = setup.standby === 'cold' && setup.rulesRequests > 64;
  const longestInterval = (): Millis => millis(Math.max(...world.versions.map(({ interval }) => interval)));
  const patience = (): number => answerGrace + (mayLoadLong ? handoverLimit : handoverTimeout)(longestInterval());
  const wakes = new Map<NodeName, { second: number; count: number }>();

  const countWake = (node: NodeName): void => {
    const second = Math.floor(timeline.now / 1_000);
    const before = wakes.get(node);
    const count = before?.second === second ? before.count + 1 : 1;
    wakes.set(node, { second, count });
    demand(count < wakesPerSecond, `${node} woke ${count} times within a second`);
  };
  const checkAnswers = (node: NodeName): void => {
    for (const [id, request] of asked) {
      const late = timeline.now - request.at >= patience();
      demand(request.node !== node || !late, `${node} never answered #${id}`);
    }
  };
  /** The time that a process stood still does not count, and one that ended owes nothing. */
  const excuse = (node: NodeName, ended: boolean): void => {
    for (const [id, request] of asked) {
      if (request.node !== node) continue;
      if (ended) asked.delete(id);
      else asked.set(id, { node, at: timeline.now });
    }
  };

  return (happening) => {
    if (happening.type === 'commanded' && 'requestId' in happening.message) {
      asked.set(happening.message.requestId, { node: happening.node, at: timeline.now });
    }
    if (happening.type === 'answered') asked.delete(happening.requestId);
    if (happening.type === 'reported' && happening.message.type === 'snapshot') asked.delete(happening.message.requestId);
    if (happening.type === 'processEnded') excuse(happening.node, true);
    if (happening.type === 'paused') timeline.at(timeline.now + happening.forMs, () => excuse(happening.node, false));
    if (happening.type === 'fact' && happening.fact.type === 'becameActive') {
      demand(!world.host(happening.node).disk.maintenance, `${happening.node} became active in maintenance`);
    }
    if (happening.type !== 'woke') return;
    countWake(happening.node);
    checkAnswers(happening.node);
  };
}
