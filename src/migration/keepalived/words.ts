// One line of keepalived.conf as words and braces (keepalived.conf(5), "Quoted strings"). Single quotes mean something in
// the command lines of scripts only.
import type { Place } from '../../errors/place.ts';
import type { Ledger } from '../ledger.ts';
import type { Line } from './physicalLines.ts';

export interface Word {
  readonly text: string;
  readonly place: Place;
}

/** A brace of the grammar is not a word: `{` between quotation marks is one. */
export type Token = { readonly kind: 'word'; readonly word: Word } | { readonly kind: '{' | '}'; readonly place: Place };

export function tokensOf(line: Line, ledger: Ledger): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.text.length) {
    const here = line.text.charAt(at);
    const place = placeIn(line, at);
    if (here === '{' || here === '}') tokens.push({ kind: here, place });
    if (/[{}\s]/.test(here)) at += 1;
    else {
      const { text, end, closed } = wordAt(line.text, at);
      if (!closed) ledger.wrong({ place }, `the quotation mark in ${text.slice(0, 40)} is not closed`, 'the same mark again in this line');
      tokens.push({ kind: 'word', word: { text, place } });
      at = end;
    }
  }
  return tokens;
}

const placeIn = ({ place, altered }: Line, at: number): Place => (altered ? place : { ...place, column: place.column + at });

function wordAt(line: string, start: number): { readonly text: string; readonly end: number; readonly closed: boolean } {
  let text = '';
  let quoted = false;
  let at = start;
  while (at < line.length) {
    const here = line.charAt(at);
    if (here === '\\' && at + 1 < line.length) {
      const escaped = escapeAt(line, at + 1);
      text += escaped.text;
      at = escaped.end;
      continue;
    }
    const reference = quoted ? undefined : /^\$\{[^{}\s]*\}/.exec(line.slice(at, at + 200))?.[0];
    if (!quoted && /[\s{}]/.test(here)) break;
    if (reference === undefined && here === '"') quoted = !quoted;
    else text += reference ?? here;
    at += reference?.length ?? 1;
  }
  return { text, end: at, closed: !quoted };
}

const named: Readonly<Record<string, string>> = { a: '\x07', b: '\b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What a backslash before `at` makes of it, as in a shell. */
function escapeAt(line: string, at: number): { readonly text: string; readonly end: number } {
  const rest = line.slice(at, at + 12);
  const code = /^([0-7]{1,3})|^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (code !== null) {
    const value = code[1] === undefined ? Number.parseInt(code[2] ?? '', 16) : Number.parseInt(code[1], 8);
    return { text: String.fromCharCode(value), end: at + code[0].length };
  }
  if (/^c[@-_a-z]/.test(rest)) return { text: String.fromCharCode(rest.charCodeAt(1) & 0x1f), end: at + 2 };
  const here = rest.charAt(0);
  return { text: Object.hasOwn(named, here) ? (named[here] ?? '') : here, end: at + 1 };
}
