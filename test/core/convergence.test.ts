import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NodeName } from '../../src/core/types.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { rulesIn, rulesNotIn, type Setup, web } from './director.ts';

const pair: Setup = {};
const equals: Setup = { priorities: { vs1: 100, vsbak: 100 } };
const preempting: Setup = { preempt: true, preemptDelay: 200 };
const three: Setup = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 120 } };

/** Trouble of one kind for one director, perhaps with another one, then some time. */
interface Trouble {
  readonly kind: (typeof kinds)[number];
  readonly node: NodeName;
  readonly other: NodeName;
  readonly forMs: number;
}

const kinds = [
  'run',
  'cut',
  'split',
  'heal',
  'crash',
  'powerOff',
  'boot',
  'freeze',
  'thaw',
  'failover',
  'maintenance',
  'stop',
  'restart',
  'linkDown',
  'linkUp',
  'refused',
  'noRules',
  'rules',
] as const;

const troubleAmong = (nodes: readonly NodeName[]): fc.Arbitrary<Trouble> =>
  fc.record({
    kind: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...kinds) }, fc.constantFrom('split', 'cut', 'heal', 'failover')),
    node: fc.constantFrom(...nodes),
    other: fc.constantFrom(...nodes),
    forMs: fc.oneof(fc.constantFrom(0, 0.5, 0.6, 1, 50, 1_001), fc.double({ min: 0, max: 2_000, noNaN: true })),
  });

function cause(cluster: Cluster, { kind, node, other, forMs }: Trouble): void {
  switch (kind) {
    case 'run':
      break;
    case 'cut':
      cluster.cut(node, other);
      break;
    case 'split':
      cluster.cut(node, other);
      cluster.cut(other, node);
      break;
    case 'heal':
      cluster.heal();
      break;
    case 'crash':
      cluster.crash(node);
      break;
    case 'powerOff':
      cluster.powerOff(node);
      break;
    case 'boot':
      if (cluster.phase(node) === 'down') cluster.boot(node);
      break;
    case 'freeze':
      cluster.freeze(node);
      break;
    case 'thaw':
      cluster.thaw(node);
      break;
    default:
      if (cluster.isAwake(node)) command(cluster, kind, node, other);
  }
  cluster.run(forMs);
}

type Command = Exclude<Trouble['kind'], 'run' | 'cut' | 'split' | 'heal' | 'crash' | 'powerOff' | 'boot' | 'freeze' | 'thaw'>;

function command(cluster: Cluster, kind: Command, node: NodeName, other: NodeName): void {
  switch (kind) {
    case 'failover':
      return void cluster.tell(node, { type: 'failoverRequested', requestId: 1, vrid: web, to: other });
    case 'maintenance':
      return void cluster.tell(node, { type: 'maintenanceRequested', requestId: 2, on: true });
    case 'stop':
      return void cluster.tell(node, { type: 'shutdownRequested', how: 'handover' });
    case 'restart':
      return void cluster.tell(node, { type: 'shutdownRequested', how: 'inPlace' });
    case 'linkDown':
      return void cluster.tell(node, { type: 'linkWentDown', dev: 'eth0' });
    case 'linkUp':
      return void cluster.tell(node, { type: 'linkCameUp', dev: 'eth0' });
    case 'refused':
      return void cluster.tell(node, { type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' });
    case 'noRules':
      return void cluster.tell(node, { type: 'rulesChanged', rules: rulesNotIn });
    case 'rules':
      return void cluster.tell(node, { type: 'rulesChanged', rules: rulesIn });
  }
}

/** Everything is repaired, and left alone for long enough for every patience to run out. */
function mend(cluster: Cluster, nodes: readonly NodeName[]): void {
  cluster.heal();
  for (const node of nodes) {
    cluster.thaw(node);
    if (cluster.phase(node) === 'down') cluster.boot(node);
    cluster.tell(node, { type: 'linkCameUp', dev: 'eth0' });
    cluster.tell(node, { type: 'rulesChanged', rules: rulesIn });
  }
  cluster.run(3_000);
  for (const node of nodes) {
    if (cluster.phase(node) === 'down') cluster.boot(node);
    cluster.tell(node, { type: 'maintenanceRequested', requestId: 3, on: false });
  }
  cluster.run(20_000);
}

describe('whatever went wrong, once it is repaired and left alone', () => {
  test.each([
    { who: 'two directors', setup: pair },
    { who: 'two of equal priority', setup: equals },
    { who: 'two that preempt', setup: preempting },
    { who: 'three', setup: three },
  ])('of $who exactly one is active, it alone holds the virtual IPs, and clients send to it', ({ setup }) => {
    const nodes = setup.nodes ?? ['vs1', 'vsbak'];
    const life = fc.array(troubleAmong(nodes), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(life, (troubles) => {
        const cluster = createCluster(setup);
        for (const node of nodes) cluster.boot(node);
        cluster.run(7_000);
        for (const trouble of troubles) cause(cluster, trouble);
        mend(cluster, nodes);
        expect(cluster.actives()).toHaveLength(1);
        expect(cluster.holders()).toEqual(cluster.actives());
        expect(cluster.announcer()).toBe(cluster.actives()[0]);
      }),
      { numRuns: 80 },
    );
  });
});
