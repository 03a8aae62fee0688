// Which services of the kernel's table are ours, in memory and on disk.

/**
 * By key (serviceKey), over restarts and crashes: without it a service that the document lost while the daemon was away
 * would pass for somebody else's, and stay for ever.
 */
export interface Ownership {
  /** Empty when nothing was ever saved. */
  load(): Promise<readonly string[]>;
  /** Durable when it resolves. */
  save(keys: readonly string[]): Promise<void>;
}

export interface Claims {
  load(): Promise<ReadonlySet<string>>;
  /** Writes what changed or was not written yet. Resolves to what went wrong, undefined when nothing did. */
  save(keys: readonly string[]): Promise<string | undefined>;
}

export function createClaims(ownership: Ownership): Claims {
  let claimed: ReadonlySet<string> | undefined;
  let durable = true;
  return {
    async load() {
      claimed ??= new Set(await ownership.load());
      return claimed;
    },
    async save(keys) {
      const next = new Set(keys);
      if (durable && next.size === claimed?.size && keys.every((key) => claimed?.has(key))) return undefined;
      claimed = next;
      try {
        await ownership.save([...next].sort());
        durable = true;
        return undefined;
      } catch (error) {
        durable = false;
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}
