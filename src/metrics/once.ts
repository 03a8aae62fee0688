// What is dear to make is made once for all who ask within a time, and never twice at once.
export interface OnceParts<Value> {
  readonly make: () => Promise<Value>;
  /** How long what was made is good for. */
  readonly forMs: number;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** What fails is told to all who wait for it, and made anew for the next one. */
export function once<Value>({ make, forMs, now = () => performance.now() }: OnceParts<Value>): () => Promise<Value> {
  let made: { readonly value: Promise<Value>; goodUntil: number } | undefined;

  const makeAnew = (): Promise<Value> => {
    const value = make();
    const one = { value, goodUntil: Number.POSITIVE_INFINITY };
    made = one;
    value.then(
      () => {
        one.goodUntil = now() + forMs;
      },
      () => {
        one.goodUntil = Number.NEGATIVE_INFINITY;
      },
    );
    return value;
  };

  return () => (made !== undefined && now() < made.goodUntil ? made.value : makeAnew());
}
