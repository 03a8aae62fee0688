// The moments of the handovers that this director gives, on the keeper's clock, as the keeper tells them.
import type { Fact, Millis, NodeName, Vrid } from '../core/types.ts';
import type { FromKeeper } from '../keeper/messages.ts';

export interface HandoverWatch {
  noteKeeper(message: FromKeeper): void;
  /** Follows the next handover of the group from now on. */
  follow(vrid: Vrid, onAsked: (asked: Asked) => void): FollowedHandover;
}

export interface Asked {
  readonly to: NodeName;
  readonly at: Millis;
}

export interface FollowedHandover {
  /** Undefined as long as nobody was asked. */
  asked(): Asked | undefined;
  /** When the virtual IPs were let go; undefined when that is not told within the time. */
  released(withinMs: number): Promise<Millis | undefined>;
  end(): void;
}

type Listener = (fact: Fact, at: Millis) => void;

export function createHandoverWatch(): HandoverWatch {
  const listeners = new Set<Listener>();
  return {
    noteKeeper(message) {
      if (message.type === 'fact') for (const listener of listeners) listener(message.fact, message.at);
    },
    follow(vrid, onAsked) {
      let asked: Asked | undefined;
      const released = Promise.withResolvers<Millis | undefined>();
      const listen: Listener = (fact, at) => {
        if (!('vrid' in fact) || fact.vrid !== vrid) return;
        if (fact.type === 'handoverStarted') {
          asked = { to: fact.to, at };
          onAsked(asked);
        }
        if (asked !== undefined && letsGo(fact)) released.resolve(at);
      };
      listeners.add(listen);
      return {
        asked: () => asked,
        released(withinMs) {
          const timer = setTimeout(released.resolve, withinMs, undefined);
          return released.promise.finally(() => clearTimeout(timer));
        },
        end: () => void listeners.delete(listen),
      };
    },
  };
}

/** The keeper tells it right after its kernel has let the virtual IPs go. */
function letsGo(fact: Fact): boolean {
  switch (fact.type) {
    case 'becameBackup':
    case 'enteredFault':
    case 'enteredMaintenance':
    case 'stopped':
      return true;
    case 'becameActive':
    case 'handoverStarted':
    case 'handoverCompleted':
    case 'handoverCalledOff':
    case 'takeoverWithheld':
    case 'bothActive':
    case 'peerHeard':
    case 'peerLost':
      return false;
  }
}
