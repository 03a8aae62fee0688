// How long one must listen before silence means something.

/** As long as a peer's patience: three adverts would have come. */
export const longEnough = (listenedMs: number, intervalMs: number): boolean => listenedMs >= 3 * intervalMs;
