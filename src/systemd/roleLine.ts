// What this director does, in the one line that `systemctl status` shows.
import type { GroupPhase } from '../core/types.ts';
import type { KeeperSnapshot } from '../keeper/messages.ts';

/** `vs1: active for web, mail; backup for dns`. The phases that matter most stand first. */
export function roleLine({ self, groups }: Pick<KeeperSnapshot, 'self' | 'groups'>): string {
  const parts = order.flatMap((phase) => {
    const names = groups.filter((group) => group.phase === phase).map(({ name }) => name);
    return names.length === 0 ? [] : [`${words[phase]} ${names.join(', ')}`];
  });
  return `${self}: ${parts.join('; ')}`;
}

const words: Readonly<Record<GroupPhase, string>> = {
  fault: 'FAULT in',
  active: 'active for',
  backup: 'backup for',
  maintenance: 'in maintenance for',
  initialize: 'starting with',
};

const order: readonly GroupPhase[] = ['fault', 'active', 'backup', 'maintenance', 'initialize'];
