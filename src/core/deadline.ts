// The next moment at which `step` could do something by itself. Waking earlier or later is harmless.
import { lostAt } from './peers.ts';
import type { Role, State } from './state.ts';
import { type Millis, millis, never } from './types.ts';

export function nextDeadline(state: State): Millis {
  if (state.shutdown === 'done') return never;
  const peers = [...state.peers.values()].filter((peer) => !peer.lost).map(lostAt);
  return millis(Math.min(state.nextAdvertAt, ...peers, ...state.groups.map(({ role }) => deadlineOf(role))));
}

function deadlineOf(role: Role): Millis {
  switch (role.phase) {
    case 'initialize':
    case 'backup':
      return role.deadline;
    case 'active':
      return millis(Math.min(role.announceAt, role.giving?.deadline ?? never));
    case 'fault':
      return role.retryAt;
    case 'maintenance':
    case 'stopped':
      return never;
  }
}
