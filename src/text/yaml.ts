// YAML that remembers where each value stands, so that every complaint names file, line and column.
import { isUtf8 } from 'node:buffer';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLError } from 'yaml';
import type { Place, Problem } from '../errors/place.ts';
import { readTextFile } from './file.ts';

export type Path = readonly (string | number)[];

/** The value at `path`; where it is missing, what would contain it. */
export type PlaceOf = (path: Path) => Place;

export interface YamlTree {
  readonly value: unknown;
  readonly placeOf: PlaceOf;
  /** The key itself rather than its value. */
  readonly placeOfKey: PlaceOf;
}

/** `tree` is undefined when the text is not YAML at all; then `problems` is not empty. */
export interface YamlReading {
  readonly tree: YamlTree | undefined;
  readonly problems: readonly Problem[];
}

export function readYamlFile(file: string): YamlReading {
  const bytes = readTextFile(file);
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return readYaml(text, file);
  const before = text.slice(0, text.indexOf('\ufffd'));
  const place = { file, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  return { tree: undefined, problems: [{ place, what: 'this is not UTF-8', expected: 'text in UTF-8' }] };
}

export function readYaml(text: string, file: string): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const faults = [...document.errors, ...document.warnings].toSorted((one, other) => one.pos[0] - other.pos[0]);
  const repeatedKeys = faults.filter(({ code }) => code === 'DUPLICATE_KEY').map((fault) => repeatedKey(fault, text, place));
  // After the first break of syntax the parser guesses: what it complains of further on is mostly not there.
  const [broken] = faults.filter(({ code }) => code !== 'DUPLICATE_KEY').map((fault) => brokenSyntax(fault, place));
  const dangling = danglingAliases(document, place);
  if (broken !== undefined || dangling.length > 0)
    return { tree: undefined, problems: [...repeatedKeys, ...(broken ? [broken] : dangling)] };
  return withValue(document, repeatedKeys, place);
}

function withValue(document: Document, problems: readonly Problem[], place: (offset: number) => Place): YamlReading {
  const placeOf = (path: Path): Place => place(deepest(document, path)?.range?.[0] ?? 0);
  const placeOfKey = (path: Path): Place => place(keyNode(document, path)?.range?.[0] ?? deepest(document, path)?.range?.[0] ?? 0);
  try {
    return { tree: { value: document.toJS() as unknown, placeOf, placeOfKey }, problems };
  } catch (cause) {
    // Aliases of aliases that would unfold to more than the machine can hold.
    const what = `this cannot be unfolded: ${cause instanceof Error ? cause.message : String(cause)}`;
    return { tree: undefined, problems: [...problems, { place: place(0), what, expected: 'few aliases, or none' }] };
  }
}

function repeatedKey(fault: YAMLError, text: string, place: (offset: number) => Place): Problem {
  const key = /^[^\s:,{}[\]]+/.exec(text.slice(fault.pos[0]))?.[0] ?? '';
  return { place: place(fault.pos[0]), what: `key ${key} is given twice`, expected: 'each key once' };
}

function brokenSyntax(fault: YAMLError, place: (offset: number) => Place): Problem {
  const at = place(fault.pos[0]);
  if (fault.code === 'MULTIPLE_DOCS') return { place: at, what: 'a second document begins here', expected: 'one document' };
  if (fault.code === 'NON_STRING_KEY') return { place: at, what: 'this key is not text', expected: 'a name' };
  return { place: at, what: `this is not YAML: ${fault.message}`, expected: 'well-formed YAML' };
}

function danglingAliases(document: Document, place: (offset: number) => Place): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      problems.push({
        place: place(alias.range?.[0] ?? 0),
        what: `alias *${alias.source} has no anchor before it`,
        expected: `&${alias.source} earlier in the file`,
      });
    },
  });
  return problems;
}

function deepest(document: Document, path: Path): Node | undefined {
  let node = document.contents ?? undefined;
  for (const key of path) {
    const child = childOf(document, node, key);
    if (child === undefined) return node;
    node = child;
  }
  return node;
}

function keyNode(document: Document, path: Path): Node | undefined {
  const map = resolved(document, deepest(document, path.slice(0, -1)));
  return isMap<Node, Node | null>(map) ? map.items.find((pair) => isScalar(pair.key) && pair.key.value === path.at(-1))?.key : undefined;
}

function childOf(document: Document, node: Node | undefined, key: string | number): Node | undefined {
  const parent = resolved(document, node);
  if (isMap<Node, Node | null>(parent))
    return parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.value ?? undefined;
  if (isSeq<Node>(parent) && typeof key === 'number') return parent.items[key];
  return undefined;
}

const resolved = (document: Document, node: Node | undefined): Node | undefined => (isAlias(node) ? node.resolve(document) : node);
