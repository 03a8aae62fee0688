// Definitions, sequences, conditions and includes of keepalived.conf.
import { expect, test } from 'vitest';
import { problemText } from '../../../src/errors/place.ts';
import { expanded } from '../../../src/migration/keepalived/expansion.ts';
import { Ledger, remarkText } from '../../../src/migration/ledger.ts';
import { filesNamed } from '../imports.ts';

function lines(
  text: string,
  { configId, files = {} }: { readonly configId?: string; readonly files?: Readonly<Record<string, string>> } = {},
) {
  const ledger = new Ledger();
  const result = expanded({ file: 'etc/k', text }, { configId, findFiles: filesNamed(files), ledger });
  return {
    texts: result.lines.map((line) => line.text),
    places: result.lines.map(({ place }) => `${place.file}:${place.line}`),
    ids: [...result.conditions.keys()],
    problems: ledger.problems.map(problemText),
    account: ledger.remarks.map(remarkText),
  };
}

test.each([
  ['a name is replaced with braces, or before a blank', `$A=1\nx \${A}2 $A $AB a$A`, ['x 12 1 $AB a1']],
  ['what a name stands for is replaced when it is used', `$B=10.\${S}\n$S=0\n\${B}.1\n$S=7\n\${B}.1`, ['10.0.1', '10.7.1']],
  ['a name can stand for nothing', '$A=\na $A b\n$A', ['a  b']],
  ['what is not defined stays as it is', `x \${NO} $NO`, [`x \${NO} $NO`]],
  ['a definition of several lines ends with the first that does not go on', '$V= \\\n v {\\\n  w \\\n }\nx\n$V', ['x', 'v {', 'w', '}']],
  ['a blank line ends a definition too', '$V= \\\n v \\\n\nx\n$V', ['x', 'v']],
  ['definitions of several lines hold others', `$R= \\\nr \${N}\n$V= \\\nv \\\n$N=1 \\\n$R \\\n$N=2 \\\n$R\n$V`, ['v', 'r 1', 'r 2']],
  ['a comment mark has a name', `x \${_HASH}\${_BANG}`, ['x #!']],
  [
    'a sequence counts up, down and in steps',
    '~SEQ(A, 2) a$A\n~SEQ(B, 3, 2) b$B\n~SEQ(C, 0, 5, 11) c$C',
    ['a1', 'a2', 'b3', 'b2', 'c0', 'c5', 'c10'],
  ],
  ['a sequence can count in hexadecimal', '~SEQx(A, 9, 0xb) fe80::$A', ['fe80::9', 'fe80::a', 'fe80::b']],
  ['a list has several names at once', `~LST({A,B}, {1,2},{3,4}) ~LST(C, x, y) \${A}\${B}$C`, ['12x', '12y', '34x', '34y']],
])('%s', (_, text, texts) => {
  expect(lines(text)).toMatchObject({ texts, problems: [] });
});

test('a line for one node is read as that node', () => {
  const text = '@high a\n@low b\n@^high c\n$P= \\\n@high d \\\n@low e\n$P';
  expect(lines(text, { configId: 'high' })).toMatchObject({ texts: ['a', 'd'], ids: ['high', 'low'] });
  expect(lines(text, { configId: 'low' }).texts).toEqual(['b', 'c', 'e']);
  expect(lines(text, { configId: 'third' }).texts).toEqual(['c']);
});

test('a definition can be for one node', () => {
  expect(lines('@high $P=200\n@low $P=100\npriority $P', { configId: 'low' }).texts).toEqual(['priority 100']);
});

test('an included file stands where its include stands, and shares the definitions', () => {
  const files = { 'd/a.conf': 'a $X\n$Y=3', 'd/b.conf': 'b' };
  const { texts, places } = lines('$X=1\ninclude d/*\nc $Y', { files });
  expect({ texts, places }).toEqual({ texts: ['a 1', 'b', 'c 3'], places: ['d/a.conf:1', 'd/b.conf:1', 'etc/k:3'] });
});

test('every variant of include is one', () => {
  expect(lines('includea f\nincluder f\nincludem f\nincludew f\nincludeb f', { files: { f: 'x' } }).texts).toEqual([
    'x',
    'x',
    'x',
    'x',
    'x',
  ]);
});

test('an include that names nothing is in the account', () => {
  expect(lines('include nothing/*').account).toEqual([
    'etc/k:1: left out: include nothing/*: no file has this name; bring the included files along',
  ]);
});

test.each([
  ['a file that includes itself', 'include f', { f: 'include f' }, 'f:1:1: f includes itself'],
  ['an include behind a definition', '$F=f\ninclude $F', { f: 'x' }, 'etc/k:2:1: include f stands behind a condition or a definition'],
  ['a name that stands for itself', '$A=$A\nx $A', {}, 'etc/k:2:1: this definition or sequence has no end'],
  ['names that stand for each other', '$A= \\\n $B\n$B= \\\n $A\n$A', {}, 'this definition or sequence has no end'],
  ['a name that doubles itself', `$A=\${B}\${B}\n$B=\${A}\${A}\n$A`, {}, 'this definition or sequence has no end'],
  ['sequences within sequences without measure', '~SEQ(A,1,60000) ~SEQ(B,1,60000) x', {}, 'this definition or sequence has no end'],
  ['a sequence that never comes to its end', '~SEQ(A, 1, -1, 5) x', {}, 'etc/k:1:1: this is no sequence: ~SEQ(A, 1, -1, 5) x'],
  ['a sequence without measure', '~SEQ(A, 1, 9999999999) x', {}, 'etc/k:1:1: this is no sequence: ~SEQ(A, 1, 9999999999) x'],
  ['a list with a value too few', '~LST({A,B}, {1}) x', {}, 'etc/k:1:1: this is no sequence'],
  ['a line that goes on outside of a definition', 'a \\\n b', {}, 'etc/k:1:1: this line ends in a backslash and begins no definition'],
])('%s is a mistake', (_, text, files, problem) => {
  expect(lines(text, { files }).problems.join('\n')).toContain(problem);
});
