// A key that is written where it means nothing: its writer expects something of it.
import type { Problem } from '../errors/place.ts';
import { pathText } from '../text/shape.ts';
import type { Path, PlaceOf } from '../text/yaml.ts';

interface Written {
  readonly at: Path;
  readonly keys: ReadonlySet<string>;
}

interface Idle {
  readonly key: string;
  /** `without persistence` */
  readonly where: string;
  readonly expected: string;
}

/** Nothing when the key is not written. */
export function idleKey({ at, keys }: Written, { key, where, expected }: Idle, placeOf: PlaceOf): Problem[] {
  if (!keys.has(key)) return [];
  const path = [...at, key];
  return [{ place: placeOf(path), what: `${pathText(path)} has no effect ${where}`, expected }];
}
