// The lab's time: wall-clock milliseconds with fractions, the same in all threads and in captures.

export const labNow = (): number => performance.timeOrigin + performance.now();
