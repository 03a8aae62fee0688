// Reading statements: every statement of a block goes to what knows its keyword, or into the account.
import { nearest } from '../../text/nearest.ts';
import type { Ledger, Reason } from '../ledger.ts';
import type { Statement } from './statements.ts';

export type Read = (statement: Statement) => void;

/** Puts what `read` makes of a statement into a field; of what it cannot read the field stays as it is. */
export function into<Target, Key extends keyof Target>(target: Target, key: Key, read: (one: Statement) => Target[Key] | undefined): Read {
  return (one) => {
    const value = read(one);
    if (value !== undefined) target[key] = value;
  };
}

export interface Vocabulary {
  readonly read: ReadonlyMap<string, Read>;
  /** Those of them that may come several times; of the others the last counts. */
  readonly repeatable?: readonly string[];
  /** Keywords that have no counterpart. */
  readonly reasons: ReadonlyMap<string, Reason>;
}

/** `where` is the block in the words of the file, for people. */
export function readStatements(statements: readonly Statement[], vocabulary: Vocabulary, where: string, ledger: Ledger): void {
  const { read, repeatable = [], reasons } = vocabulary;
  const known = [...read.keys(), ...reasons.keys()];
  const last = new Map(statements.map((statement) => [statement.keyword, statement]));
  for (const statement of statements) {
    const { keyword } = statement;
    const reader = read.get(keyword);
    const counting = repeatable.includes(keyword) ? statement : (last.get(keyword) ?? statement);
    if (reader === undefined) ledger.leftOut(statement, titleOf(statement), reasons.get(keyword) ?? unknown(keyword, where, known));
    else if (counting === statement) reader(statement);
    else
      ledger.leftOut(statement, titleOf(statement), { why: `line ${counting.place.line} says it again, and the last counts`, advice: '' });
  }
}

function unknown(keyword: string, where: string, known: readonly string[]): Reason {
  const close = nearest(keyword, known);
  const why = `this keyword is not known ${where}`;
  return { why, advice: close === undefined ? 'look up what it does' : `was ${close} meant?` };
}

/** The statement without its block; what can be a password is not shown. */
export function titleOf({ keyword, words }: Statement): string {
  const shown = /pass|secret|key/i.test(keyword) ? [] : words.map(({ text }) => text);
  const title = [keyword, ...shown].join(' ').replaceAll(/[^\x20-\x7e]/g, '?');
  return title.length > 60 ? `${title.slice(0, 57)}...` : title;
}

/** A whole number in the word after the keyword; anything else is a mistake. */
export function wholeIn(statement: Statement, least: number, most: number, ledger: Ledger): number | undefined {
  const [word] = statement.words;
  const value = /^\d{1,10}$/.test(word?.text ?? '') ? Number(word?.text) : Number.NaN;
  if (value >= least && value <= most) return value;
  ledger.wrong(
    word ?? statement,
    `${titleOf(statement)}${word === undefined ? ' has no value' : ''}`,
    `a whole number from ${least} to ${most}`,
  );
  return undefined;
}

/** Seconds, with a fraction or without (<TIMER> of keepalived.conf(5)); in milliseconds. */
export function timerIn(statement: Statement, ledger: Ledger): number | undefined {
  const [word] = statement.words;
  if (/^\d{1,7}(\.\d{1,6})?$/.test(word?.text ?? '')) return Number(word?.text) * 1000;
  ledger.wrong(word ?? statement, `${titleOf(statement)}${word === undefined ? ' has no value' : ''}`, 'seconds, such as 1 or 0.5');
  return undefined;
}

/** The statements of a block that has to be there. */
export function blockOf(statement: Statement, ledger: Ledger): readonly Statement[] {
  if (statement.block === undefined)
    ledger.wrong(statement, `${titleOf(statement)} has no block`, 'its settings in { }, which can be empty');
  return statement.block ?? [];
}

/** Words that a reader did not come to. */
export function surplus(statement: Statement, from: number, ledger: Ledger): void {
  const extra = statement.words.slice(from);
  if (extra.length > 0) ledger.leftOut(statement, `${statement.keyword} ... ${extra.map(({ text }) => text).join(' ')}`, notUnderstood);
}

const notUnderstood: Reason = { why: 'keepalived.conf(5) has no such words here', advice: 'look whether they are meant' };
