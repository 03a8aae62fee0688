// Services, or servers of one service, that claim the same port of the same address: the kernel takes only one of them.
import type { Problem } from '../errors/place.ts';
import { pathText } from '../text/shape.ts';
import type { Path, PlaceOf } from '../text/yaml.ts';
import type { Ports } from './ports.ts';

export interface Claim {
  readonly at: Path;
  /** What has ports of its own: a protocol and an address. */
  readonly owner: string;
  readonly ports: Ports;
  /** For the message. */
  readonly text: string;
}

/** One problem for every claim that touches another; it names the line of the other. */
export function overlaps(claims: readonly Claim[], expected: string, placeOf: PlaceOf): Problem[] {
  return [...Map.groupBy(claims, ({ owner }) => owner).values()].flatMap((group) => touching(group, expected, placeOf));
}

/** In the order of their first ports each can only touch the one before it that reaches furthest. */
function touching(claims: readonly Claim[], expected: string, placeOf: PlaceOf): Problem[] {
  let furthest: Claim | undefined;
  return claims
    .toSorted((one, other) => one.ports.port - other.ports.port)
    .flatMap((claim) => {
      const before = furthest;
      if (before === undefined || lastOf(claim) > lastOf(before)) furthest = claim;
      if (before === undefined || claim.ports.port > lastOf(before)) return [];
      const line = placeOf(before.at).line;
      const other = before.text === claim.text ? `which line ${line} has already` : `which overlaps ${before.text} in line ${line}`;
      return [{ place: placeOf(claim.at), what: `${pathText(claim.at)} is ${claim.text}, ${other}`, expected }];
    });
}

const lastOf = ({ ports }: Claim): number => ports.lastPort ?? ports.port;
