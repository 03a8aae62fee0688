// The `$` definitions of a keepalived.conf (keepalived.conf(5), "Parameter substitution"): what a name stands for at
// this point of the file.
import type { Line } from './physicalLines.ts';

/** The lines that a name stands for; one of several lines can only end a line. */
export interface Definition {
  readonly lines: readonly Line[];
  readonly multiline: boolean;
}

export interface Reference {
  /** Where it stands in the text, with its `$` and braces. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** `${_RANDOM 1 10}`: what stands between name and brace. */
  readonly words: string;
}

export type Definitions = Map<string, Definition>;

/** `$NAME=VALUE`, no blank before `=`. */
export function definitionIn(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^\$([A-Za-z_]\w*)=[ \t]*(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** The first reference from `from` on to a name that is known: what is not defined stays as it stands. */
export function referenceIn(text: string, definitions: Definitions, from = 0): Reference | undefined {
  const pattern = /\$(?:\{([A-Za-z_]\w*)((?: +\d+)*)\}|([A-Za-z_]\w*)(?=[ \t]|$))/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const reference = { start: match.index, end: pattern.lastIndex, name: match[1] ?? match[3] ?? '', words: match[2] ?? '' };
    const definition = definitions.get(reference.name);
    if (definition !== undefined && (!definition.multiline || reference.end === text.length)) return reference;
  }
  return undefined;
}

/** Replaces each reference of one line, also those that a replacement brings, until none is left. Undefined: that has no end. */
export function substituted(line: Line, definitions: Definitions): readonly Line[] | undefined {
  let text = line.text;
  for (let replaced = 0; replaced < mostReplacements && text.length <= longestLine; replaced += 1) {
    const reference = referenceIn(text, definitions);
    if (reference === undefined) return [replaced === 0 ? line : { ...line, text, altered: true }];
    const { lines, multiline } = definitions.get(reference.name) ?? { lines: [], multiline: false };
    const [first, ...rest] = lines;
    text = text.slice(0, reference.start) + (first?.text ?? '') + text.slice(reference.end);
    if (multiline) return [{ ...(text === first?.text ? first : line), text, altered: true }, ...rest];
  }
  return undefined;
}

/** Of MAXBUF in keepalived's parser the order of magnitude. */
const longestLine = 16_384;
const mostReplacements = 1_000;
