// Words that must not stand in a file, and the outer form of one: header, length of lines and of the file, its name.
import type { Finding } from './finding.ts';
import type { Source } from './source.ts';

interface WordRule {
  readonly pattern: RegExp;
  readonly instead: string;
}

const wordRules: readonly WordRule[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, instead: 'do it now, or open an issue' },
  { pattern: /@ts-(?:ignore|expect-error|nocheck)\b/, instead: 'repair the type' },
  {
    pattern: /\b(?:eslint|biome|prettier|v8|c8|istanbul)[- ](?:disable|ignore)\b[\w-]*/,
    instead: 'follow the rule, or change it in test/style with its reason',
  },
  {
    pattern: /(?<![\w.])\/(?:work|home\/\w+|Users|root)\/\w+/,
    instead: 'a path of one machine: derive it from import.meta.dirname, or make a temporary folder',
  },
];

/** Words for people and tools; every text file of the repository. */
export function bannedWords(path: string, lines: readonly string[]): Finding[] {
  return lines.flatMap((text, index) =>
    wordRules.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(text);
      return found === null ? [] : [{ file: path, line: index + 1, banned: found[0], instead }];
    }),
  );
}

const longestLine = 140;
const longestFile = { src: 300, test: 500 };

export function badForm(source: Source): Finding[] {
  return [...missingHeader(source), ...longComments(source), ...longFile(source), ...vagueName(source)];
}

/** The titles of a test file say what it is about. */
function missingHeader({ path, lines }: Source): Finding[] {
  if (path.endsWith('.test.ts')) return [];
  const first = lines[0]?.startsWith('#!') === true ? 1 : 0;
  if (lines[first]?.startsWith('// ') === true) return [];
  const instead = 'begin with one to five lines of // that say which question the file answers';
  return [{ file: path, line: first + 1, banned: 'a file without a header', instead }];
}

/** Of code the formatter takes care. */
function longComments({ path, lines }: Source): Finding[] {
  return lines.flatMap((text, index) => {
    if (text.length <= longestLine || !/^\s*(?:\/\/|\/?\*)/.test(text)) return [];
    return [
      { file: path, line: index + 1, banned: `a comment of ${text.length} characters`, instead: `break it before column ${longestLine}` },
    ];
  });
}

function longFile({ path, lines }: Source): Finding[] {
  const limit = path.startsWith('src/') ? longestFile.src : longestFile.test;
  if (lines.length <= limit) return [];
  const instead = `at most ${limit}: ask which two things it is`;
  return [{ file: path, line: lines.length, banned: `a file of ${lines.length} lines`, instead }];
}

function vagueName({ path }: Source): Finding[] {
  const vague = /(?:manager|helpers?|utils?|misc|common|stuff)(?=[/.-]|$)/i.exec(path.replace(/\.ts$/, ''));
  if (vague === null) return [];
  return [{ file: path, line: 1, banned: `"${vague[0]}" in a name`, instead: 'name the noun of the domain that it is about' }];
}
