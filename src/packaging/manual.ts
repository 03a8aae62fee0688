// The manual: vspair(1), one page for each command, and vspair.yaml(5) for the keys of the files. Written in Markdown from
// what the program knows of itself, and turned into roff.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Marked } from 'marked';
import markedMan from 'marked-man';
import { commands } from '../cli/cli.ts';
import { globalOptions } from '../cli/options.ts';
import { repository } from './bundle.ts';
import { type Command, commandOf, type Option, optionsOf } from './commandTree.ts';

/** By file name, such as vspair-status.1: roff. */
export async function manualPages(version: string): Promise<Readonly<Record<string, string>>> {
  const tree = await Promise.all(Object.values(commands).map(async (load) => commandOf(await load())));
  const pages: Record<string, string> = { 'vspair.1': overview(tree, await exitCodes()) };
  for (const command of tree) pages[`vspair-${nameOf(command)}.1`] = commandPage(command);
  pages['vspair.yaml.5'] = keys(await readFile(join(repository, 'config/KEYS.md'), 'utf8'));
  const date = await changelogDate();
  return Object.fromEntries(Object.entries(pages).map(([name, text]) => [name, roff(name, text, { version, date })]));
}

function roff(file: string, markdown: string, { version, date }: { readonly version: string; readonly date: number }): string {
  const [, name = '', section = ''] = /^(.+)\.(\d)$/.exec(file) ?? [];
  const page = { name, section, manual: 'vspair', manVersion: `vspair ${version}`, date, breaks: false };
  const text = new Marked(markedMan, page).parse(markdown);
  if (typeof text !== 'string') throw new Error(`${file}: the page was not ready at once`);
  return text.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, (entity) => characters[entity] ?? entity);
}

/** What the reader of Markdown writes for HTML. */
const characters: Readonly<Record<string, string>> = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** Of the last entry of the changelog: a page says the same however often it is built. */
async function changelogDate(): Promise<number> {
  const changelog = await readFile(join(repository, 'src/packaging/debian/changelog'), 'utf8');
  return Date.parse(/^ -- .+> {2}(.+)$/m.exec(changelog)?.[1] ?? '');
}

const nameOf = ({ words }: Command): string => words.split(' ')[0] ?? '';

const overview = (
  tree: readonly Command[],
  exits: string,
): string => `# vspair(1) -- failover manager for pairs of Linux Virtual Server directors

## SYNOPSIS

**vspair** <command> [options]

## DESCRIPTION

vspair keeps a pair of Linux Virtual Server directors highly available. One director is active: it holds the virtual IPs and
forwards by IPVS. The other one is backup: it hears the advertisements of the active one and takes over when they stop.

## COMMANDS

${tree.map((command) => `**vspair-${nameOf(command)}**(1)  \n${command.description}.`).join('\n\n')}

## OPTIONS OF EVERY COMMAND

${optionList(optionsOf(globalOptions))}

## EXIT STATUS

${exits}

## FILES

\`/etc/vspair/vspair.yaml\`: the configuration, the same on every director; see **vspair.yaml**(5)

\`/etc/vspair/secret\`: the keys that the directors share

\`/var/lib/vspair\`: what a director remembers: the rules and their history, events, alerts that wait

\`/run/vspair/control.sock\`: where the daemon is asked

## SEE ALSO

${tree.map((command) => `**vspair-${nameOf(command)}**(1)`).join(', ')}, **vspair.yaml**(5), **ipvsadm**(8)
`;

const commandPage = (command: Command): string => `# vspair-${nameOf(command)}(1) -- ${lowerFirst(command.description)}

## SYNOPSIS

${synopses(command)
  .map((one) => `**vspair** ${escaped(one.words)} [options]`)
  .join('  \n')}

${body(command, '##')}${command.commands.map(section).join('\n')}
## SEE ALSO

**vspair**(1) for the options of every command and the exit status, **vspair.yaml**(5)
`;

/** One that has actions may do something without any of them, too. */
const synopses = (command: Command): readonly Command[] =>
  command.commands.length === 0 || command.options.length > 0 ? [command, ...command.commands] : command.commands;

const section = (command: Command): string => `## ${escaped(command.words)}

${command.description}.

${body(command, '###')}`;

function body({ positionals, options, examples }: Command, level: string): string {
  const parts: readonly (readonly [string, string])[] = [
    ['ARGUMENTS', optionList(positionals)],
    ['OPTIONS', optionList(options)],
    ['EXAMPLES', examples.map(({ line, why }) => `\`${line}\`${why === '' ? '' : `  \n${why}`}`).join('\n\n')],
  ];
  return parts.flatMap(([title, text]) => (text === '' ? [] : [`${level} ${title}\n\n${text}\n`])).join('\n');
}

const optionList = (options: readonly Option[]): string =>
  options
    .map(({ names, takesValue, description, default: value, choices }) => {
      const tail = [choices.length > 0 ? `One of ${choices.join(', ')}.` : '', isTold(value) ? `Default: ${String(value)}.` : ''];
      const what = [names.map((name) => `**${name}**`).join(', '), takesValue && names[0]?.startsWith('-') === true ? ' *value*' : ''];
      return `${what.join('')}  \n${[`${description}.`, ...tail].filter((part) => part !== '').join(' ')}`;
    })
    .join('\n\n');

const isTold = (value: unknown): boolean => value !== undefined && value !== false && value !== '';
const escaped = (words: string): string => words.replaceAll('<', '*').replaceAll('>', '*').replaceAll('[', '\\[').replaceAll(']', '\\]');
const lowerFirst = (text: string): string => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

async function exitCodes(): Promise<string> {
  const text = await readFile(join(repository, 'src/cli/EXIT-CODES.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\d+) \| \w+ \| (.+) \|$/gm)];
  return rows.map(([, code, meaning]) => `**${code}**  \n${meaning}`).join('\n\n');
}

/** A terminal has no room for tables of four columns: each row becomes a paragraph. */
const keys = (markdown: string): string =>
  markdown
    .replace(/^# .*$/m, '# vspair.yaml(5) -- every key of the configuration and of a rules file\n\n## DESCRIPTION')
    .replace(/^Made by `npm run schema` [^.]*\. /m, '')
    .replaceAll(/^\| (?:key \||-).*\n/gm, '')
    .replaceAll(/^\|(?:-+\|)+\n/gm, '')
    .replaceAll(/^\| (`.+)$/gm, (_, row: string) => keyParagraph(row));

function keyParagraph(row: string): string {
  const [key = '', takes = '', value = '', meaning = ''] = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  const tail = value === '' ? '' : value === 'required' ? ' Required.' : ` Default: ${value}.`;
  return `${key}  \n${meaning} Takes ${takes}.${tail}\n`;
}
