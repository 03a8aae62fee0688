// IP addresses between canonical text (dotted decimal, RFC 5952) and the bytes that travel.

export type AddressFamily = 4 | 6;

/** The 4 or 16 bytes of a canonical address. */
export function addressBytes(text: string): Uint8Array {
  return text.includes(':')
    ? Uint8Array.from(groupsOf(text).flatMap((group) => [group >> 8, group & 0xff]))
    : Uint8Array.from(text.split('.'), Number);
}

/** Canonical text of 4 or 16 bytes. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4
    ? bytes.join('.')
    : compressed(Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)));
}

/** A hardware address as people write it: lower case, with colons. */
export const macText = (mac: Uint8Array): string => Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');

function groupsOf(text: string): readonly number[] {
  const [before = [], after] = text
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  return after === undefined ? before : [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** RFC 5952 section 4: the longest run of two or more zero groups becomes `::`, the first one of equals. */
function compressed(groups: readonly number[]): string {
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
