// What the kernel should hold, as a level: whatever transition was or was not taken, the difference to it is applied.
import type { Role, State } from './state.ts';
import type { Intent, VipIntent } from './types.ts';

export function intentOf(state: State): Intent {
  return { groups: new Map(state.groups.map(({ spec, role }) => [spec.vrid, state.inPlace ? 'keep' : vipIntent(role)])) };
}

function vipIntent(role: Role): VipIntent {
  switch (role.phase) {
    case 'active':
      return 'hold';
    case 'initialize':
      return role.holding ? 'keep' : 'absent';
    case 'stopped':
    case 'backup':
    case 'fault':
    case 'maintenance':
      return 'absent';
  }
}
