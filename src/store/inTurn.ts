// One after the other: what reads something and then changes it must not be overtaken between the two.

export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Each work begins when the one before it is over, however that ended. */
export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
