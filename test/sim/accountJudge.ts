// What a director tells of itself must be what it does: its status, and the moments of its takeovers.
import type { KeeperSnapshot, TakeoverTimeline } from '../../src/keeper/messages.ts';
import { demand, type Observe } from './happening.ts';
import type { Roles } from './roles.ts';
import type { World } from './world.ts';

export function createAccountJudge(world: World, roles: Roles): Observe {
  const checkStatus = (snapshot: KeeperSnapshot): void => {
    const { self } = snapshot;
    for (const { vrid, phase } of snapshot.groups) {
      const role = roles.of(self, vrid);
      const told = phase === 'initialize' && role === 'stopped' ? 'stopped' : phase;
      demand(told === role, `${self} tells that it is ${phase} of group ${vrid}, and is ${role}`);
    }
    const hears = snapshot.peers.filter((peer) => peer.hearsUs && !peer.heard).map((peer) => peer.node);
    demand(hears.length === 0, `${self} tells that it does not hear ${hears.join()}, but is heard there`);
    demand(snapshot.peers.length === world.setup.directors.length - 1, `${self} does not tell of every peer`);
  };
  return (happening) => {
    if (happening.type !== 'reported') return;
    if (happening.message.type === 'snapshot') checkStatus(happening.message.snapshot);
    if (happening.message.type === 'takeover') checkTimeline(happening.node, happening.message.timeline);
  };
}

function checkTimeline(node: string, { vrid, decidedAt, rulesInAt, vipAddedAt, announcedAt }: TakeoverTimeline): void {
  const inOrder = decidedAt <= rulesInAt && rulesInAt <= vipAddedAt && vipAddedAt <= announcedAt;
  demand(
    inOrder,
    `${node} tells of a takeover of group ${vrid} in another order: ${[decidedAt, rulesInAt, vipAddedAt, announcedAt].join(', ')}`,
  );
}
