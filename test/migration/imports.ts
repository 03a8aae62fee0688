// Importing for tests: a text as a file, and what came of it.
import assert from 'node:assert/strict';
import { problemText } from '../../src/errors/place.ts';
import { type Format, type Imported, importRules } from '../../src/migration/import.ts';
import { remarkText } from '../../src/migration/ledger.ts';
import type { FindFiles, SourceFile } from '../../src/migration/source.ts';

export const noFiles: FindFiles = () => ({ files: [], skipped: [] });

/** Every file that is there, by its whole name; a pattern names all that it is the beginning of, up to its `*`. */
export const filesNamed =
  (texts: Readonly<Record<string, string>>): FindFiles =>
  (pattern) => ({
    files: Object.entries(texts)
      .filter(([file]) => file === pattern || (pattern.endsWith('*') && file.startsWith(pattern.slice(0, -1))))
      .map(([file, text]) => ({ file, text })),
    skipped: [],
  });

export interface ImportSetting {
  readonly format?: Format;
  readonly configId?: string;
  readonly findFiles?: FindFiles;
}

export const imported = (source: SourceFile, { format, configId, findFiles = noFiles }: ImportSetting = {}): Imported =>
  importRules(source, { format, configId, findFiles });

/** What must be in order. */
export function parsed(source: SourceFile, configId?: string): Imported {
  const result = imported(source, configId === undefined ? {} : { configId });
  assert.deepEqual(result.problems.map(problemText), []);
  return result;
}

export const accountOf = (result: Imported): string[] => result.account.map(remarkText);

export const problemsOf = (result: Imported): string[] => result.problems.map(problemText);

/** Lines that could be spoilt without any change in what the reader says, and that no entry of the account covers. */
export function silentLines(text: string, configId: string): string[] {
  const read = (changed: string): Imported => imported({ file: 'x', text: changed }, { configId });
  const whole = read(text);
  const lines = text.split('\n');
  return lines.filter((line, index) => {
    const bare = line.trim();
    const isForOthers = bare.startsWith('@') && !bare.startsWith(`@${configId} `);
    if (bare === '' || /^[#!]/.test(bare) || isForOthers) return false;
    const told = whole.account.some(({ place, lastLine }) => place.line <= index + 1 && index + 1 <= Math.max(lastLine, place.line));
    const spoilt = lines.with(index, line.replace(/\S/, 'x$&')).join('\n');
    return !told && JSON.stringify(read(spoilt)) === JSON.stringify(whole);
  });
}
