// What the command line knows of itself, as a tree: written down while the commands add themselves to a parser that only
// remembers. The manual pages are made from it, so that they cannot differ from --help.
import type { Choose, Parser } from '../cli/cli.ts';

export interface Option {
  /** As it is typed: `--group`, `-y`. The long name first. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  readonly description: string;
  readonly default: unknown;
  readonly choices: readonly string[];
}

export interface Command {
  /** Without `vspair`: `rules set <service> <server>`. */
  readonly words: string;
  readonly description: string;
  readonly positionals: readonly Option[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly line: string; readonly why: string }[];
  readonly commands: readonly Command[];
}

type Call = readonly [method: string, args: readonly unknown[]];

/** Of one top-level command, by the function that adds it. */
export function commandOf(add: (parser: Parser, choose: Choose) => void): Command {
  const [command] = commandsIn(
    callsOf((parser) => add(parser, () => undefined)),
    '',
  );
  if (command === undefined) throw new Error('it added no command');
  return command;
}

function callsOf(fill: (parser: Parser) => void): readonly Call[] {
  const calls: Call[] = [];
  const recorder = new Proxy({} as Parser, {
    get:
      (_, method) =>
      (...args: readonly unknown[]) => {
        calls.push([String(method), args]);
        return recorder;
      },
  });
  fill(recorder);
  return calls;
}

const commandsIn = (calls: readonly Call[], parent: string): readonly Command[] =>
  calls.flatMap(([method, [words, description, fill]]) => {
    if (method !== 'command' || typeof words !== 'string' || typeof description !== 'string') return [];
    return [commandFrom(`${parent}${words}`, description, callsOf(isFilling(fill) ? fill : () => undefined))];
  });

const isFilling = (value: unknown): value is (parser: Parser) => void => typeof value === 'function';

const commandFrom = (words: string, description: string, calls: readonly Call[]): Command => ({
  words,
  description,
  positionals: optionsIn(calls, 'positional'),
  options: optionsIn(calls, 'option'),
  examples: calls.flatMap(([method, [line, why]]) =>
    method === 'example' ? [{ line: String(line).replace('$0', 'vspair'), why: textOf(why) }] : [],
  ),
  commands: commandsIn(calls, `${words.split(' ')[0] ?? ''} `),
});

/** `.option(name, is)` and `.options({ name: is })` say the same. */
function optionsIn(calls: readonly Call[], kind: 'option' | 'positional'): readonly Option[] {
  return calls.flatMap(([method, [first, second]]) => {
    if (method === kind && typeof first === 'string') return [optionFrom(first, second, kind)];
    return kind === 'option' && method === 'options' ? optionsOf(first) : [];
  });
}

/** Of a mapping from names to what yargs takes for an option. */
export const optionsOf = (mapping: unknown): readonly Option[] =>
  Object.entries(recordOf(mapping)).map(([name, is]) => optionFrom(name, is, 'option'));

function optionFrom(name: string, described: unknown, kind: 'option' | 'positional'): Option {
  const is = recordOf(described);
  const names = [name, ...[is['alias'] ?? []].flat()].map(String);
  return {
    names: kind === 'positional' ? names : names.map((one) => (one.length === 1 ? `-${one}` : `--${one}`)),
    takesValue: is['type'] !== 'boolean' && is['type'] !== 'count',
    description: textOf(is['describe']),
    default: is['default'],
    choices: Array.isArray(is['choices']) ? is['choices'].map(String) : [],
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
