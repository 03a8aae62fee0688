// What the documents and package.json say, against what is there.
import type { Finding } from './finding.ts';

/** Rows of Markdown tables whose first cell is a whole number: `| 4 | refused | ... |`. */
export function numbersInTables(markdown: string): number[] {
  return [...markdown.matchAll(/^\|\s*`?(\d+)`?\s*\|/gm)].map((row) => Number(row[1]));
}

/** Each number of the code stands in the document once, and no other. */
export function disagreement(file: string, documented: readonly number[], existing: readonly number[]): Finding[] {
  const wrong = (number: number, what: string): Finding => ({
    file,
    line: 1,
    banned: `exit code ${number} ${what}`,
    instead: 'the table lists the codes of src/errors/exit-codes.ts',
  });
  return [
    ...existing.filter((number) => !documented.includes(number)).map((number) => wrong(number, 'missing from the table')),
    ...documented.filter((number) => !existing.includes(number)).map((number) => wrong(number, 'in the table only')),
    ...documented.filter((number, index) => documented.indexOf(number) !== index).map((number) => wrong(number, 'in the table twice')),
  ];
}

/** `vspair x` in code of a document, against the commands that exist: none unknown, none unmentioned. */
export function commandDisagreement(file: string, lines: readonly string[], existing: readonly string[]): Finding[] {
  const spoken = lines.flatMap((text, index) =>
    [...text.matchAll(/(?:`|^|&& |\| )vspair ([a-z]+)/g)].flatMap(([, name]) => (name === undefined ? [] : [{ name, line: index + 1 }])),
  );
  const unknown = spoken.filter(({ name }) => !existing.includes(name));
  const silent = existing.filter((name) => !spoken.some((one) => one.name === name));
  return [
    ...unknown.map(({ name, line }) => ({ file, line, banned: `vspair ${name}`, instead: `the commands are ${existing.join(', ')}` })),
    ...silent.map((name) => ({ file, line: 1, banned: `silence about vspair ${name}`, instead: 'say in one line what it does' })),
  ];
}

/** `npm run x`, `npm test` and `npm start` in a text that package.json does not have. */
export function unknownScripts(file: string, lines: readonly string[], scripts: readonly string[]): Finding[] {
  return lines.flatMap((text, index) =>
    [...text.matchAll(/\bnpm (?:run )?(?!run\b)([\w:]+)/g)]
      .filter(([command, name]) => command.startsWith('npm run') || name === 'test' || name === 'start')
      .filter(([, name]) => name !== undefined && !scripts.includes(name))
      .map(([command]) => ({ file, line: index + 1, banned: command, instead: `the scripts are ${scripts.join(', ')}` })),
  );
}

/** Files that the scripts of package.json start, and which are not there. */
export function missingEntries(scripts: Readonly<Record<string, string>>, exists: (path: string) => boolean): Finding[] {
  return Object.entries(scripts).flatMap(([name, command]) =>
    [...command.matchAll(/(?<=^|\s)(?:node|-c|--config|--config-path) (\S+)/g)]
      .flatMap(([, path]) => (path === undefined || exists(path) ? [] : [path]))
      .map((path) => ({
        file: 'package.json',
        line: 1,
        banned: `script ${name} starts ${path}, which is not there`,
        instead: 'name a file of the repository',
      })),
  );
}

export const topLevel: readonly string[] = [
  ...['.ci', '.git', '.gitignore', 'README.md', 'config', 'package-lock.json', 'package.json', 'src', 'systemd', 'test', 'tsconfig.json'],
  // Made by tools, and ignored by Git.
  ...['node_modules', 'coverage', 'dist'],
];

export const strays = (names: readonly string[]): Finding[] =>
  names
    .filter((name) => !topLevel.includes(name))
    .map((name) => ({
      file: name,
      line: 1,
      banned: `${name} at the top`,
      instead: 'put it in src, test, config or systemd: the top level is for what a newcomer must see',
    }));
