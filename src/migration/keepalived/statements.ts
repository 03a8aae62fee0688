// The grammar of keepalived.conf: a statement is one line of words, and may have a block of statements.
import type { Place } from '../../errors/place.ts';
import type { Ledger, Passage } from '../ledger.ts';
import type { Line } from './physicalLines.ts';
import { type Token, tokensOf, type Word } from './words.ts';

export interface Statement extends Passage {
  readonly keyword: string;
  /** What follows the keyword. */
  readonly words: readonly Word[];
  readonly block: readonly Statement[] | undefined;
}

interface Open {
  readonly place: Place;
  lastLine: number;
  readonly keyword: string;
  readonly words: Word[];
  block: Open[] | undefined;
}

export function statementsOf(lines: readonly Line[], ledger: Ledger): readonly Statement[] {
  const parser = new Parser(ledger);
  for (const line of lines) parser.take(tokensOf(line, ledger), line.place.line);
  parser.end();
  return parser.statements;
}

class Parser {
  readonly statements: Open[] = [];
  /** The statements whose blocks are open, the innermost last. */
  readonly #within: Open[] = [];
  readonly #ledger: Ledger;
  /** What a `{` would belong to, also one at the beginning of the next line. */
  #last: Open | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  take(tokens: readonly Token[], line: number): void {
    let current: Open | undefined;
    for (const token of tokens) {
      if (token.kind === 'word') current = this.#word(token.word, current);
      else {
        if (token.kind === '{') this.#open(token.place);
        else this.#close(token.place, line);
        current = undefined;
      }
    }
  }

  end(): void {
    for (const { place, keyword } of this.#within) this.#ledger.wrong({ place }, `the block of ${keyword} is not closed`, 'a } for its {');
  }

  #word(word: Word, current: Open | undefined): Open {
    if (current !== undefined) {
      current.words.push(word);
      return current;
    }
    const statement: Open = { place: word.place, lastLine: word.place.line, keyword: word.text, words: [], block: undefined };
    (this.#within.at(-1)?.block ?? this.statements).push(statement);
    this.#last = statement;
    return statement;
  }

  #open(place: Place): void {
    if (this.#last === undefined || this.#last.block !== undefined)
      // Its own block keeps what stands in it apart from what stands around it.
      this.#last = this.#anonymous(place);
    this.#last.block = [];
    this.#within.push(this.#last);
    this.#last = undefined;
  }

  #anonymous(place: Place): Open {
    this.#ledger.wrong({ place }, 'this { follows no keyword', 'a keyword before it, or one } less further up');
    return { place, lastLine: place.line, keyword: '{', words: [], block: undefined };
  }

  #close(place: Place, line: number): void {
    const closed = this.#within.pop();
    this.#last = undefined;
    if (closed === undefined) this.#ledger.wrong({ place }, 'this } closes nothing', 'one } less, or a { further up');
    else if (place.file === closed.place.file && line > closed.lastLine) closed.lastLine = line;
  }
}
