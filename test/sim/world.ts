// Directors, wires and the people who press buttons: everything that a fault or a scenario can do to the cluster.
import type { Advert, NodeName, Vrid } from '../../src/core/types.ts';
import { decodeAdvert } from '../../src/wire/advert.ts';
import { at } from '../../src/wire/advertLayout.ts';
import { clusterId, nodeIds } from '../../src/wire/identity.ts';
import type { Observe } from './happening.ts';
import { createHost, type Host } from './host.ts';
import { createNetwork, type Network } from './network.ts';
import type { Random } from './random.ts';
import { devices, type Setup } from './setup.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export interface World {
  /** What all begin with. */
  readonly setup: Setup;
  /** Every configuration that there has been, the newest last. */
  readonly versions: readonly Setup[];
  readonly timeline: Timeline;
  readonly network: Network;
  readonly hosts: readonly Host[];
  readonly rulesRevision: number;
  host(name: NodeName): Host;
  /** One director hears and says nothing any more. */
  isolate(name: NodeName): void;
  applyRules(): void;
  /** From now on this is the newest configuration; nobody has it yet. */
  edit(change: (newest: Setup) => Setup): void;
  /** The director gets the newest configuration. */
  reload(at: NodeName): number;
  /** The answer's number; none when there is no process to ask. */
  failover(at: NodeName, vrid: Vrid, to?: NodeName): number | undefined;
  maintenance(at: NodeName, on: boolean): number | undefined;
  status(at: NodeName): number | undefined;
  shutdown(at: NodeName, how: 'handover' | 'inPlace'): void;
}

const key = { id: 1, key: new TextEncoder().encode('the secret of the simulation') };

export function createWorld(setup: Setup, random: Random, observe: Observe): World {
  const timeline = createTimeline();
  const read = createReader(setup);
  const network = createNetwork(
    { random: random.fork(), timeline, links: setup.links, observe, deliver: (packet) => host(packet.to).deliver(packet) },
    setup.wire,
  );
  const transmit = (from: NodeName, to: NodeName, link: number, datagram: Uint8Array, after: number): void => {
    const packet = { from, to, link, datagram, advert: read(from, datagram), sentAt: timeline.now + after };
    observe({ type: 'sent', packet });
    if (host(from).kernel.isUp(devices[link] ?? '')) network.send(packet, after);
    else observe({ type: 'lost', packet, why: 'own link down' });
  };
  const hosts = setup.directors.map((director) => createHost({ setup, director, random: random.fork(), timeline, observe, key, transmit }));
  const versions = [setup];
  let rulesRevision = 1;
  let requestId = 0;

  const host = (name: NodeName): Host => {
    const found = hosts.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const newest = (): Setup => versions.at(-1) ?? setup;
  const ask = (at: NodeName, how: (requestId: number) => void): number | undefined => {
    if (!host(at).running) return undefined;
    requestId += 1;
    how(requestId);
    return requestId;
  };

  return {
    setup,
    versions,
    timeline,
    network,
    hosts,
    get rulesRevision() {
      return rulesRevision;
    },
    host,
    isolate(name) {
      for (const { name: other } of hosts) {
        if (other === name) continue;
        network.cut(name, other, 'all');
        network.cut(other, name, 'all');
      }
    },
    applyRules() {
      rulesRevision += 1;
      const revision = rulesRevision;
      for (const one of hosts) {
        timeline.at(timeline.now + random.between(1, 300), () => {
          one.learnRules(revision);
        });
      }
    },
    edit(change) {
      versions.push(change(newest()));
    },
    reload(at) {
      requestId += 1;
      host(at).reload(newest(), requestId);
      return requestId;
    },
    failover: (at, vrid, to) =>
      ask(at, (id) => {
        host(at).command({ type: 'failover', requestId: id, vrid, to });
      }),
    maintenance: (at, on) =>
      ask(at, (id) => {
        host(at).command({ type: 'maintenance', requestId: id, on });
      }),
    status: (at) =>
      ask(at, (id) => {
        host(at).command({ type: 'snapshot', requestId: id });
      }),
    shutdown(at, how) {
      host(at).command({ type: 'shutdown', how });
    },
  };
}

/** Reads what a director says of itself; the copies of one round only once. */
function createReader(setup: Setup): (from: NodeName, datagram: Uint8Array) => Advert | undefined {
  const reader = { cluster: clusterId('web'), nodes: nodeIds(setup.directors.map((director) => director.name)), keys: [key] };
  const last = new Map<NodeName, { readonly round: string; readonly advert: Advert | undefined }>();
  return (from, datagram) => {
    const view = new DataView(datagram.buffer, datagram.byteOffset);
    const round = `${view.getUint32(at.incarnation)}.${view.getBigUint64(at.sequence)}`;
    const known = last.get(from);
    if (known?.round === round) return known.advert;
    const result = decodeAdvert(datagram, reader);
    const advert = result.ok ? result.value.advert : undefined;
    last.set(from, { round, advert });
    return advert;
  };
}
