// Which role each director has in each group by its own reports. A director without a process has none.
import type { Fact, NodeName, Vrid } from '../../src/core/types.ts';
import type { Happening } from './happening.ts';

export type SeenRole = 'initialize' | 'backup' | 'active' | 'fault' | 'maintenance' | 'stopped';

export interface Roles {
  observe(happening: Happening): void;
  of(node: NodeName, vrid: Vrid): SeenRole | undefined;
}

export function createRoles(): Roles {
  const roles = new Map<NodeName, Map<Vrid, SeenRole>>();
  return {
    of: (node, vrid) => {
      const known = roles.get(node);
      return known === undefined ? undefined : (known.get(vrid) ?? 'initialize');
    },
    observe(happening) {
      if (happening.type === 'processStarted') roles.set(happening.node, new Map());
      if (happening.type === 'processEnded') roles.delete(happening.node);
      if (happening.type !== 'fact' || !('vrid' in happening.fact)) return;
      const role = roleAfter(happening.fact);
      if (role !== undefined) roles.get(happening.node)?.set(happening.fact.vrid, role);
    },
  };
}

function roleAfter(fact: Fact): SeenRole | undefined {
  switch (fact.type) {
    case 'becameActive':
      return 'active';
    case 'becameBackup':
      return 'backup';
    case 'enteredFault':
      return 'fault';
    case 'enteredMaintenance':
      return 'maintenance';
    case 'stopped':
      return 'stopped';
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
    case 'takeoverWithheld':
    case 'bothActive':
    case 'peerHeard':
    case 'peerLost':
      return undefined;
  }
}
