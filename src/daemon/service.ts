// Whether this director may be serving: until each group has said that its virtual IPs are not here, a restarted process
// may have found some in its kernel.
import type { Fact, Vrid } from '../core/types.ts';

export interface Service {
  /** Other groups from now on. */
  regroup(groups: readonly Vrid[]): void;
  isOver(): boolean;
  /** True when after this fact no virtual IP of any group is here. */
  isOverAfter(fact: Fact): boolean;
}

export function watchService(initial: readonly Vrid[]): Service {
  let groups = initial;
  const released = new Set<Vrid>();
  const isOver = (): boolean => groups.every((group) => released.has(group));
  const release = (vrid: Vrid): boolean => {
    released.add(vrid);
    return isOver();
  };
  return {
    regroup(next) {
      groups = next;
    },
    isOver,
    isOverAfter(fact) {
      switch (fact.type) {
        case 'becameActive':
          released.delete(fact.vrid);
          return false;
        case 'becameBackup':
        case 'enteredFault':
        case 'enteredMaintenance':
          return release(fact.vrid);
        case 'stopped':
          return fact.released && release(fact.vrid);
        case 'handoverStarted':
        case 'handoverCompleted':
        case 'handoverCalledOff':
        case 'takeoverWithheld':
        case 'bothActive':
        case 'peerHeard':
        case 'peerLost':
          return false;
      }
    },
  };
}
