import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CoreEvent, NodeName } from '../../src/core/types.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { rulesIn, rulesNotIn, type Setup, web } from './director.ts';

const pair: Setup = {};
const equals: Setup = { priorities: { vs1: 100, vsbak: 100 } };
const preempting: Setup = { preempt: true, preemptDelay: 200 };
const three: Setup = { nodes: ['vs1', 'vsbak', 'vs3'], priorities: { vs1: 150, vsbak: 100, vs3: 120 } };

type Cause = (cluster: Cluster, node: NodeName, other: NodeName) => void;

/** A process that is gone or frozen is told nothing. */
const told =
  (event: (other: NodeName) => CoreEvent): Cause =>
  (cluster, node, other) => {
    if (cluster.isAwake(node)) cluster.tell(node, event(other));
  };

const causes = {
  nothing: () => undefined,
  cut: (cluster, node, other) => cluster.cut(node, other),
  split(cluster, node, other) {
    cluster.cut(node, other);
    cluster.cut(other, node);
  },
  heal: (cluster) => cluster.heal(),
  crash: (cluster, node) => cluster.crash(node),
  powerOff: (cluster, node) => cluster.powerOff(node),
  boot(cluster, node) {
    if (cluster.phase(node) === 'down') cluster.boot(node);
  },
  freeze: (cluster, node) => cluster.freeze(node),
  thaw: (cluster, node) => cluster.thaw(node),
  failover: told((to) => ({ type: 'failoverRequested', requestId: 1, vrid: web, to })),
  maintenance: told(() => ({ type: 'maintenanceRequested', requestId: 2, on: true })),
  stop: told(() => ({ type: 'shutdownRequested', how: 'handover' })),
  restart: told(() => ({ type: 'shutdownRequested', how: 'inPlace' })),
  linkDown: told(() => ({ type: 'linkWentDown', dev: 'eth0' })),
  linkUp: told(() => ({ type: 'linkCameUp', dev: 'eth0' })),
  refused: told(() => ({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' })),
  noRules: told(() => ({ type: 'rulesChanged', rules: rulesNotIn })),
  rules: told(() => ({ type: 'rulesChanged', rules: rulesIn })),
} satisfies Record<string, Cause>;

/** Trouble of one kind for one director, perhaps with another one, then some time. */
interface Trouble {
  readonly kind: keyof typeof causes;
  readonly node: NodeName;
  readonly other: NodeName;
  readonly forMs: number;
}

const anyKind = fc.constantFrom(...(Object.keys(causes) as Trouble['kind'][]));
const wireKind = fc.constantFrom<Trouble['kind'][]>('split', 'cut', 'heal', 'failover');

const troubleAmong = (nodes: readonly NodeName[]): fc.Arbitrary<Trouble> =>
  fc.record({
    kind: fc.oneof({ weight: 2, arbitrary: anyKind }, wireKind),
    node: fc.constantFrom(...nodes),
    other: fc.constantFrom(...nodes),
    forMs: fc.oneof(fc.constantFrom(0, 0.5, 0.6, 1, 50, 1_001), fc.double({ min: 0, max: 2_000, noNaN: true })),
  });

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
        for (const { kind, node, other, forMs } of troubles) {
          causes[kind](cluster, node, other);
          cluster.run(forMs);
        }
        mend(cluster, nodes);
        expect(cluster.actives()).toHaveLength(1);
        expect(cluster.holders()).toEqual(cluster.actives());
        expect(cluster.announcer()).toBe(cluster.actives()[0]);
      }),
      { numRuns: 80 },
    );
  });
});
