// Classic BPF (include/uapi/linux/filter.h): a small program with which the kernel chooses what a socket is given, so that
// what is not asked for costs next to nothing.
import { concat } from '../wire/netlink.ts';

/** `if...`: goes on at the label when the loaded value equals the operand, else with the next step. */
export type Step =
  | { readonly do: 'loadByte' | 'loadHalf' | 'loadHalfAfterHeader' | 'headerLength'; readonly at: number }
  | { readonly do: 'ifEqual' | 'ifAnyBit'; readonly operand: number; readonly goto: string }
  | { readonly do: 'label'; readonly name: string }
  /** -1: the whole packet; 0: nothing of it. */
  | { readonly do: 'return'; readonly bytes: number };

/** Four times the low half of a byte: the length of an IPv4 header, which `loadHalfAfterHeader` adds to its place. */
const codes = {
  loadByte: 0x30,
  loadHalf: 0x28,
  loadHalfAfterHeader: 0x48,
  headerLength: 0xb1,
  ifEqual: 0x15,
  ifAnyBit: 0x45,
  return: 0x06,
} as const;

export function assemble(steps: readonly Step[]): Uint8Array {
  const code = steps.filter((step) => step.do !== 'label');
  const places = placesOf(steps);
  const distance = (from: number, label: string): number => {
    const to = places.get(label);
    if (to === undefined || to <= from) throw new RangeError(`no label ${label} ahead`);
    return to - from - 1;
  };
  return concat(code.map((step, position) => encoded(step, (label) => distance(position, label))));
}

function encoded(step: Exclude<Step, { readonly do: 'label' }>, distanceTo: (label: string) => number): Uint8Array {
  switch (step.do) {
    case 'loadByte':
    case 'loadHalf':
    case 'loadHalfAfterHeader':
    case 'headerLength':
      return instruction(codes[step.do], 0, 0, step.at);
    case 'ifEqual':
    case 'ifAnyBit':
      return instruction(codes[step.do], distanceTo(step.goto), 0, step.operand);
    case 'return':
      return instruction(codes.return, 0, 0, step.bytes);
  }
}

function placesOf(steps: readonly Step[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let place = 0;
  for (const step of steps) {
    if (step.do === 'label') places.set(step.name, place);
    else place += 1;
  }
  return places;
}

/** The jumps count the instructions that they leap over. */
function instruction(code: number, ifTrue: number, ifFalse: number, operand: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint8(2, ifTrue);
  view.setUint8(3, ifFalse);
  view.setInt32(4, operand, true);
  return bytes;
}
