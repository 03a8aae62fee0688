// Words, comments and blocks of keepalived.conf.
import { expect, test } from 'vitest';
import { problemText } from '../../../src/errors/place.ts';
import { physicalLines } from '../../../src/migration/keepalived/physicalLines.ts';
import { type Statement, statementsOf } from '../../../src/migration/keepalived/statements.ts';
import { Ledger } from '../../../src/migration/ledger.ts';

function read(text: string) {
  const ledger = new Ledger();
  const lines = physicalLines({ file: 'k', text }).filter((line) => line.text !== '');
  const statements = statementsOf(lines, ledger);
  return { statements, shape: statements.map(shapeOf), problems: ledger.problems.map(problemText) };
}

/** `a(b c){d{} e}` */
const shapeOf = ({ keyword, words, block }: Statement): string =>
  `${keyword}${words.length === 0 ? '' : `(${words.map(({ text }) => text).join('|')})`}${block === undefined ? '' : `{${block.map(shapeOf).join(' ')}}`}`;

test.each([
  ['a line is a statement', 'a b\nc', ['a(b)', 'c']],
  ['a block may begin on the line of its keyword, on the next, and end anywhere', 'a {\nb\n}\nc d\n{ e }', ['a{b}', 'c(d){e}']],
  ['a brace ends a statement', 'a { b c } d', ['a{b(c)}', 'd']],
  ['comments begin with # or !, anywhere', '# x {\na b # c }\n! d\ne!f', ['a(b)', 'e']],
  ['a comment mark in double quotes or behind a backslash is none', 'a "b # !" c\\#d \\!', ['a(b # !|c#d|!)']],
  ['double quotes join words, and braces in them are letters', 'a "b { c" d"e f"g', ['a(b { c|de fg)']],
  ['a reference to what is not defined is one word', `a \${B}.1 {\n}`, [`a(\${B}.1){}`]],
  ['escapes mean what they mean in a shell', 'a b\\x41\\102\\tc\\"d', ['a(bAB\tc"d)']],
  ['lines may end as on other systems', 'a b\r\nc {\r\n}\r\n', ['a(b)', 'c{}']],
])('%s', (_, text, shape) => {
  expect(read(text)).toMatchObject({ shape, problems: [] });
});

test.each([
  ['a block that is not closed', 'a {\n  b {\n  }', ['k:1:1: the block of a is not closed; expected a } for its {']],
  ['a brace too many', 'a\n } b', ['k:2:2: this } closes nothing; expected one } less, or a { further up']],
  ['a block without a keyword', '{\n}\na { } {\n}', ['k:1:1: this { follows no keyword', 'k:3:7: this { follows no keyword']],
  ['a quotation mark alone', 'a "b c', ['k:1:3: the quotation mark in b c is not closed']],
])('%s is told with its place', (_, text, problems) => {
  expect(read(text).problems).toEqual(problems.map((problem) => expect.stringContaining(problem) as unknown));
});

test('a statement knows the line that closes its block', () => {
  const [first, second] = read('a {\n b\n}\nc').statements;
  expect([first?.place.line, first?.lastLine, second?.place.line, second?.lastLine]).toEqual([1, 3, 4, 4]);
});
