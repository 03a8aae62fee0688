// What lasts on this director: told when it begins and when it ends, and not again between.
import type { DirectorEvent } from './event.ts';

export interface Troubles {
  /** False for the beginning of what is under way, and for the end of what is not. */
  admits(trouble: DirectorEvent['trouble']): boolean;
  isOpen(key: string): boolean;
  /** The keys that begin so. */
  open(prefix: string): readonly string[];
}

/** `told`: what this director told before its start, oldest first. What had begun then is still under way. */
export function openTroubles(told: readonly DirectorEvent[]): Troubles {
  const open = new Set<string>();

  const admits: Troubles['admits'] = (trouble) => {
    if (trouble === null) return true;
    if (open.has(trouble.key) !== trouble.isOver) return false;
    if (trouble.isOver) open.delete(trouble.key);
    else open.add(trouble.key);
    return true;
  };

  for (const { trouble } of told) admits(trouble);
  return { admits, isOpen: (key) => open.has(key), open: (prefix) => [...open].filter((key) => key.startsWith(prefix)) };
}
