// npm run sim -- [--seed N] [--count M] [--trace] [--first]: runs simulations, up to the first that fails if wanted so.
// A failing seed prints how to see it again.
import { parseArgs } from 'node:util';
import { type Outcome, simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});
const first = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const count = Number(values.count);

const began = performance.now();
const failed: Outcome[] = [];
let events = 0;
let virtual = 0;
let ran = 0;
for (let seed = first; seed < first + count && !(values.first && failed.length > 0); seed += 1) {
  const outcome = simulate(seed, values.trace ? (line) => console.log(line) : undefined);
  ran += 1;
  events += outcome.events;
  virtual += outcome.time;
  if (outcome.failure !== undefined) tell(outcome, outcome.failure);
}
const seconds = (performance.now() - began) / 1_000;
console.log(
  `${ran} seeds from ${first}, ${failed.length} failed; ${(virtual / 1_000).toFixed(0)} s of virtual time in ${seconds.toFixed(1)} s, ` +
    `${events} events, ${Math.round(events / seconds)} a second`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function tell(outcome: Outcome, failure: Error): void {
  failed.push(outcome);
  const { setup, plan } = outcome;
  console.log(`seed ${outcome.seed} at ${outcome.time.toFixed(3)} ms: ${failure.name === 'Violation' ? failure.message : failure.stack}`);
  console.log(
    `  ${setup.directors.length} directors, ${setup.links} links, ${setup.groups.length} groups, adverts every ${setup.interval} ms; ${plan.kinds.join(', ')}`,
  );
  console.log(`  npm run sim -- --seed ${outcome.seed} --trace`);
}
