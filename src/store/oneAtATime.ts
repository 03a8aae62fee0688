// Work that must not run twice at once, and must run after each wish for it.

/** A call while one is under way makes it run once more behind it, so that no change between is missed. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const call = (): Promise<void> => {
    if (running !== undefined) {
      next ??= running.then(() => {
        next = undefined;
        return call();
      });
      return next;
    }
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return call;
}
