// The files that the style rules read, parsed once.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Source {
  /** From the top of the repository: `src/core/step.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
}

export function sourceOf(path: string, text: string): Source {
  return { path, text, lines: text.split('\n'), tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

export const readSource = (path: string): Source => sourceOf(path, readFileSync(path, 'utf8'));

/** Every file under `folders`, in the order of their names, whose name ends in one of `endings`. */
export function filesUnder(folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => filesIn(folder).filter((path) => endings.some((ending) => path.endsWith(ending))));
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name !== 'node_modules');
  return names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

export const lineOf = (source: Source, node: ts.Node): number =>
  source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
