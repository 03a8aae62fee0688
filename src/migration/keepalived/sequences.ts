// `~SEQ`, `~SEQx` and `~LST`: what follows on the line, once for each value of a name (keepalived.conf(5), "Sequence
// blocks" and "List blocks").

export interface Sequence {
  readonly names: readonly string[];
  /** As many values in each round as there are names. */
  readonly rounds: readonly (readonly string[])[];
  /** What follows on the line. */
  readonly rest: string;
}

/** More than IPVS and an operator would bear; a mistyped end must not fill the memory. */
export const mostRounds = 65_536;

/** Undefined: it begins like one of them and cannot be understood. */
export function sequenceIn(text: string): Sequence | undefined {
  const [, kind, inside, rest] = /^~(SEQx?|LST)\(([^()]*)\)[ \t]*(.*)$/s.exec(text) ?? [];
  if (inside === undefined || rest === undefined) return undefined;
  return kind === 'LST' ? listed(inside, rest) : counted(inside, kind === 'SEQx' ? 16 : 10, rest);
}

/** (NAME, [START, [STEP,]] END) */
function counted(inside: string, base: 10 | 16, rest: string): Sequence | undefined {
  const [name = '', ...numbers] = inside.split(',').map((part) => part.trim());
  const values = numbers.map(numberOf);
  if (!/^[A-Za-z_]\w*$/.test(name) || values.length < 1 || values.length > 3 || values.some(Number.isNaN)) return undefined;
  const end = values.at(-1) ?? 0;
  const start = values.length > 1 ? (values[0] ?? 0) : end > 0 ? 1 : -1;
  const step = values.length > 2 ? (values[1] ?? 0) : end < start ? -1 : 1;
  const count = step === 0 ? 0 : Math.floor((end - start) / step) + 1;
  if (count < 1 || count > mostRounds) return undefined;
  const rounds = Array.from({ length: count }, (_, round) => [(start + round * step).toString(base)]);
  return { names: [name], rounds, rest };
}

const numberOf = (text: string): number => (/^[+-]?(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? signed(text) : Number.NaN);

const signed = (text: string): number => (text.startsWith('-') ? -Number(text.slice(1)) : Number(text.replace(/^\+/, '')));

/** (NAME, VALUE, ...) or ({NAME, NAME}, {VALUE, VALUE}, ...) */
function listed(inside: string, rest: string): Sequence | undefined {
  const tuples = [...inside.matchAll(/\{([^{}]*)\}|([^,{}]+)/g)].map(([, braced, plain]) =>
    braced === undefined ? [(plain ?? '').trim()] : braced.split(',').map((part) => part.trim()),
  );
  const [names = [], ...rounds] = tuples.filter((tuple) => tuple.join('') !== '');
  const named = names.length > 0 && names.every((name) => /^[A-Za-z_]\w*$/.test(name));
  if (!named || rounds.length === 0 || rounds.some((round) => round.length !== names.length)) return undefined;
  return { names, rounds, rest };
}
