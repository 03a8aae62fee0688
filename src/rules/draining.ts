// Servers that the rules have lost, of services with a drain time: they keep their connections at weight 0 until the time is
// over or none is left. Whatever such a service has in the kernel beside the rules drains; so a restart finds what was
// draining before it by itself, and only the clock begins anew.
import { type HeldServer, type HeldServices, serverKey, serviceKey, type WantedService } from './kernelServices.ts';
import { serverOf } from './planServers.ts';

export interface DrainingServer {
  readonly service: string;
  readonly server: string;
  readonly connections: number;
  readonly leftMs: number;
}

export interface Draining {
  /** By name (serverOf). Begins the clocks of those that are new, forgets those that are gone or back. */
  look(kernel: HeldServices, wanted: ReadonlyMap<string, WantedService>): ReadonlyMap<string, DrainingServer>;
}

/** `now`: milliseconds that only grow. */
export function createDraining(now: () => number): Draining {
  let began: ReadonlyMap<string, number> = new Map();
  return {
    look(kernel, wanted) {
      const next = new Map<string, number>();
      const draining = new Map<string, DrainingServer>();
      for (const { service, servers, drain } of lostServers(kernel, wanted)) {
        for (const server of servers) {
          const name = serverOf(service.id, server);
          const since = began.get(name) ?? now();
          const leftMs = since + drain * 1_000 - now();
          if (leftMs <= 0 || isIdle(server)) continue;
          next.set(name, since);
          draining.set(name, { service: serviceKey(service.id), server: serverKey(server), connections: server.connections, leftMs });
        }
      }
      began = next;
      return draining;
    },
  };
}

/** One that still takes connections may get one before its weight is gone. */
const isIdle = ({ weight, connections }: HeldServer): boolean => weight === 0 && connections === 0;

function lostServers(kernel: HeldServices, wanted: ReadonlyMap<string, WantedService>) {
  return kernel.flatMap(({ service, servers }) => {
    const want = wanted.get(serviceKey(service.id));
    if (want?.drain === undefined) return [];
    const kept = new Set(want.servers.map(serverKey));
    const lost = servers.filter((server) => !kept.has(serverKey(server)));
    return lost.length === 0 ? [] : [{ service, servers: lost, drain: want.drain }];
  });
}
