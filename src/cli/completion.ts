// What TAB offers beyond commands and options: the names in this machine's configuration and rules. It only reads files, and
// says nothing when it cannot.
import { basename, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import { matchText } from '../rules/kernelServices.ts';
import { serverText } from '../rules/naming.ts';
import { rulesRevisionSchema } from '../rules/revision.ts';
import { readTextFile } from '../text/file.ts';
import { globalOptions } from './options.ts';

/** `line`: the words typed, the last one as far as it goes. Undefined: no name belongs here, but a command or an option. */
export function namesToComplete(line: readonly string[]): readonly string[] | undefined {
  // bash and zsh give the name of the program too, fish does not.
  const typed = line[0] !== undefined && basename(line[0]) === 'vspair' ? line.slice(1) : line;
  const names = namesFor(typed)?.filter((name) => name.startsWith(typed.at(-1) ?? ''));
  // zsh takes what follows a colon for a description.
  return process.env['SHELL']?.endsWith('zsh') === true ? names?.map((name) => name.replaceAll(':', '\\:')) : names;
}

function namesFor(typed: readonly string[]): readonly string[] | undefined {
  const before = typed.at(-2);
  if (before === '--group') return configOf(typed)?.groups.map(({ name }) => name) ?? [];
  if (before === '--to' || before === '--node') return configOf(typed)?.directors.map(({ name }) => name) ?? [];
  const [first, action, ...rest] = typed.filter((word, at) => !isOption(word) && !takesNext(typed[at - 1] ?? ''));
  if (first !== 'rules' || rest.length === 0 || isOption(typed.at(-1) ?? '')) return undefined;
  if (action === 'set' && rest.length === 1) return someOf(serviceNames(typed));
  const isServer = action === 'set' ? rest.length === 2 : ['drain', 'restore'].includes(action ?? '') && rest.length === 1;
  return isServer ? someOf(serverNames(typed)) : undefined;
}

/** With no names the options are better than nothing. */
const someOf = (names: readonly string[]): readonly string[] | undefined => (names.length > 0 ? names : undefined);
const isOption = (word: string): boolean => word.startsWith('-');
const takesNext = (word: string): boolean =>
  Object.entries(globalOptions).some(([name, { type }]) => type === 'string' && word === `--${name}`);

const serviceNames = (typed: readonly string[]): readonly string[] =>
  // With a slash: a name with a space would be two words.
  servicesOf(typed).map(({ match }) => matchText(match).replace(' ', '/'));

const serverNames = (typed: readonly string[]): readonly string[] => [
  ...new Set(servicesOf(typed).flatMap(({ servers }) => servers.map(serverText))),
];

function configOf(typed: readonly string[]): Config | undefined {
  const file = valueAfter('--config', typed) ?? globalOptions.config.default;
  return quietly(() => {
    const read = parseConfig(readTextFile(file).toString('utf8'), file);
    return read.ok ? read.config : undefined;
  });
}

function servicesOf(typed: readonly string[]) {
  const directory = valueAfter('--state-dir', typed) ?? globalOptions['state-dir'].default;
  const read = quietly(() => rulesRevisionSchema.safeParse(JSON.parse(readTextFile(join(directory, 'rules.json')).toString('utf8'))));
  return read?.data?.document.services ?? [];
}

function valueAfter(option: string, typed: readonly string[]): string | undefined {
  const at = typed.indexOf(option);
  return at === -1 ? undefined : typed[at + 1];
}

/** Whoever presses TAB wants no error: a file that is missing or not theirs to read offers nothing. */
function quietly<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
