// From the lines of the files to the lines that keepalived acts on: conditions for one node, definitions, sequences and
// includes carried out. What cannot be carried out without guessing is a mistake.
import { dirname } from 'node:path';
import { oneOf } from '../../text/nearest.ts';
import type { Ledger } from '../ledger.ts';
import type { FindFiles, SourceFile } from '../source.ts';
import { type Definitions, definitionIn, substituted } from './definitions.ts';
import { type Line, physicalLines } from './physicalLines.ts';
import { mostRounds, sequenceIn } from './sequences.ts';

export interface ExpansionWishes {
  /** What keepalived would be started with by `--config-id`; undefined when nobody said. */
  readonly configId: string | undefined;
  readonly findFiles: FindFiles;
  readonly ledger: Ledger;
}

export interface Expanded {
  readonly lines: readonly Line[];
  /** By config id, in the order of the files: the first line that is only for it, or only for others. */
  readonly conditions: ReadonlyMap<string, Line>;
}

const deepestNesting = 64;
const mostLines = 500_000;

export function expanded(source: SourceFile, wishes: ExpansionWishes): Expanded {
  const expansion = new Expansion(wishes);
  expansion.takeFile(source, []);
  return expansion;
}

class Expansion {
  readonly lines: Line[] = [];
  readonly conditions = new Map<string, Line>();
  readonly #definitions: Definitions = new Map();
  readonly #wishes: ExpansionWishes;
  /** Every line that was looked at, so that nested sequences end. */
  #work = 0;

  constructor(wishes: ExpansionWishes) {
    this.#wishes = wishes;
    if (wishes.configId !== undefined) this.#define('_INSTANCE', wishes.configId);
    this.#define('_HASH', '#');
    this.#define('_BANG', '!');
  }

  takeFile(source: SourceFile, within: readonly string[]): void {
    const lines = physicalLines(source);
    this.#define('_PWD', dirname(source.file));
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at];
      if (line === undefined || (line.text === '' && !line.continues)) continue;
      if (line.unclosed) this.#wishes.ledger.wrong(line, 'this quotation mark is not closed', 'another " in the same line');
      const definition = this.#conditionHolds(line) ? definitionIn(withoutCondition(line.text)) : undefined;
      if (line.continues) at = this.#takeLong(line, definition, lines, at);
      else this.#take(line, [...within, source.file], 0);
    }
  }

  /** A line that ends in a backslash begins a definition of several lines; a blank line ends it too. */
  #takeLong(line: Line, definition: ReturnType<typeof definitionIn>, lines: readonly Line[], at: number): number {
    let end = at;
    while (lines[end]?.continues === true) end += 1;
    const parts = lines.slice(at, end + 1).filter(({ text }) => text !== '');
    if (definition !== undefined) {
      const first = definition.value === '' ? [] : [{ ...line, text: definition.value, altered: true }];
      this.#definitions.set(definition.name, { lines: [...first, ...parts.slice(1)], multiline: true });
    } else if (!isDefinition(line.text))
      this.#wishes.ledger.wrong(line, 'this line ends in a backslash and begins no definition', 'the whole statement in one line');
    return end;
  }

  #take(line: Line, within: readonly string[], depth: number): void {
    this.#work += 1;
    if (this.#work > mostLines || depth > deepestNesting) return this.#tooMuch(line);
    if (line.text.startsWith('@')) return this.#takeConditional(line, within, depth);
    const definition = definitionIn(line.text);
    if (definition !== undefined) return this.#define(definition.name, definition.value, line);
    if (line.text.startsWith('~')) return this.#takeSequence(line, within, depth);
    const replaced = substituted(line, this.#definitions);
    if (replaced === undefined) return this.#tooMuch(line);
    const [only] = replaced;
    if (replaced.length !== 1 || only !== line) {
      for (const one of replaced) this.#take(one, within, depth + 1);
    } else if (/^include[rmwba]?[ \t]/.test(line.text)) this.#takeInclude(line, within);
    else if (line.text !== '') this.lines.push(line);
  }

  #tooMuch(line: Line): void {
    this.#wishes.ledger.wrong(
      line,
      'this definition or sequence has no end',
      `names that do not stand for themselves, and at most ${mostLines} lines`,
    );
  }

  #define(name: string, value: string, line?: Line): void {
    const place = line ?? { place: { file: '', line: 1, column: 1 }, continues: false, altered: true, unclosed: false };
    this.#definitions.set(name, { lines: value === '' ? [] : [{ ...place, text: value, altered: true }], multiline: false });
  }

  #takeConditional(line: Line, within: readonly string[], depth: number): void {
    if (!this.#conditionHolds(line)) return;
    const text = withoutCondition(line.text);
    if (text !== '') this.#take({ ...line, text, altered: true }, within, depth + 1);
  }

  /** True for a line without a condition. */
  #conditionHolds(line: Line): boolean {
    const [, negated, id] = /^@(\^?)(\S+)/.exec(line.text) ?? [];
    if (id === undefined) return true;
    if (!this.conditions.has(id)) this.conditions.set(id, line);
    const { configId } = this.#wishes;
    return configId !== undefined && (id === configId) !== (negated === '^');
  }

  #takeSequence(line: Line, within: readonly string[], depth: number): void {
    const sequence = sequenceIn(line.text);
    if (sequence === undefined)
      return this.#wishes.ledger.wrong(
        line,
        `this is no sequence: ${line.text.slice(0, 40)}`,
        `~SEQ(NAME, START, STEP, END) or ~LST(NAME, VALUE, ...), at most ${mostRounds} rounds`,
      );
    for (const round of sequence.rounds) {
      for (const [position, name] of sequence.names.entries()) this.#define(name, round[position] ?? '', line);
      if (sequence.rest !== '') this.#take({ ...line, text: sequence.rest, altered: true }, within, depth + 1);
      if (this.#work > mostLines) return;
    }
  }

  #takeInclude(line: Line, within: readonly string[]): void {
    const { ledger, findFiles } = this.#wishes;
    const pattern = line.text.replace(/^\S+[ \t]+/, '').replaceAll('"', '');
    if (line.altered)
      return ledger.wrong(
        line,
        `include ${pattern} stands behind a condition or a definition`,
        'a plain include: keepalived follows no other',
      );
    const { files, skipped } = findFiles(pattern, line.place.file);
    for (const { file, why } of skipped)
      ledger.leftOut({ ...line, lastLine: line.place.line }, `include ${file}`, { why, advice: 'look whether it is meant' });
    if (files.length === 0 && skipped.length === 0)
      ledger.leftOut({ ...line, lastLine: line.place.line }, `include ${pattern}`, {
        why: 'no file has this name',
        advice: 'bring the included files along',
      });
    for (const source of files) {
      if (within.includes(source.file)) ledger.wrong(line, `${source.file} includes itself`, `another file than ${oneOf([...within])}`);
      else this.takeFile(source, within);
    }
    this.#define('_PWD', dirname(line.place.file));
  }
}

const withoutCondition = (text: string): string => text.replace(/^@\S+[ \t]*/, '');

const isDefinition = (text: string): boolean => definitionIn(withoutCondition(text)) !== undefined;
