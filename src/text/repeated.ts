// What must be there only once.
import type { Problem } from '../errors/place.ts';
import type { Found } from './found.ts';
import { pathText } from './shape.ts';
import type { Path, PlaceOf } from './yaml.ts';

/** One problem for every value that came before; it names the line of the first. */
export function repeated(values: readonly Found<string | number>[], expected: string, placeOf: PlaceOf): Problem[] {
  const first = new Map<string | number, Path>();
  return values.flatMap(({ at, value }) => {
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, at);
      return [];
    }
    return [{ place: placeOf(at), what: `${pathText(at)} is ${value}, which line ${placeOf(earlier).line} has already`, expected }];
  });
}
