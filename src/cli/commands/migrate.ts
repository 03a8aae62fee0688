// `vspair migrate keepalived.conf [other-node.conf]`: the configuration and the rules of a cluster that keepalived runs now.
import { join } from 'node:path';
import { parseConfig } from '../../config/load.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Problem } from '../../errors/place.ts';
import { type Migration, migrateKeepalived, type NodeSource } from '../../migration/keepalived/migrate.ts';
import { readTextFile } from '../../text/file.ts';
import { makeDirectory, writeNewFiles } from '../../text/newFiles.ts';
import type { Choose, Parser } from '../cli.ts';
import { findFiles } from '../includes.ts';
import type { GlobalOptions } from '../options.ts';
import { accountLines, accountSummary, remarkJson } from '../renderAccount.ts';
import { configText } from '../renderConfig.ts';
import { counted, problemJson, problemLines } from '../renderProblems.ts';
import { rulesText } from '../renderRules.ts';
import type { World } from '../world.ts';

interface MigrateOptions extends GlobalOptions {
  readonly file: string;
  readonly other: string | undefined;
  readonly configId: string | undefined;
  readonly names: string | undefined;
  readonly cluster: string | undefined;
  readonly out: string | undefined;
  readonly force: boolean;
}

interface Texts {
  readonly config: string;
  readonly rules: string;
}

export function addMigrate(parser: Parser, choose: Choose): void {
  parser.command(
    'migrate <file> [other]',
    'Turn the keepalived.conf of one director, or of each, into configuration and rules',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'The keepalived.conf of a director' })
        .positional('other', { type: 'string', describe: 'That of the other director' })
        .option('out', {
          type: 'string',
          requiresArg: true,
          describe: 'Write vspair.yaml and rules.yaml into this directory  [default: print both]',
        })
        .option('force', { type: 'boolean', default: false, describe: 'Replace the files if there are any' })
        .option('names', { type: 'string', requiresArg: true, describe: 'The host names of the directors, in the order of the files' })
        .option('config-id', { type: 'string', requiresArg: true, describe: 'For files with @ lines: the id of each director' })
        .option('cluster', { type: 'string', requiresArg: true, describe: 'The name of the cluster  [default: lvs]' })
        .example('$0 migrate vs1.conf vsbak.conf --names vs1,vsbak --out /etc/vspair', 'the files of both')
        .example('$0 migrate /etc/keepalived/keepalived.conf', 'of one: it says what the other has to fill in')
        .example('$0 migrate keepalived.conf --config-id high,low', 'one file with @ lines for both'),
    (options) => choose((world) => migrate(options, world)),
  );
}

function migrate(options: MigrateOptions, world: World): ExitCode {
  const migration = migrateKeepalived(sourcesOf(options), { cluster: options.cluster, names: namesOf(options), findFiles });
  const ok = migration.problems.length === 0;
  const texts = { config: configText(migration.config), rules: rulesText(migration.document) };
  const directors = migration.config.directors.length;
  if (namesOf(options).length > directors) throw tooManyNames(options, directors);
  const checked = parseConfig(texts.config, join(options.out ?? '', 'vspair.yaml'));
  const toDo = checked.ok ? [] : checked.problems;
  if (ok && options.out !== undefined) write(texts, options.out, options.force);
  if (options.json) world.out(JSON.stringify(migrationJson(migration, texts, toDo), null, 2));
  else tell(migration, texts, toDo, options, world);
  return ok ? exitCodes.ok : exitCodes.rulesInvalid;
}

function write({ config, rules }: Texts, directory: string, replace: boolean): void {
  makeDirectory(directory);
  const files = Object.entries({ 'vspair.yaml': config, 'rules.yaml': rules });
  writeNewFiles(
    files.map(([name, text]) => ({ file: join(directory, name), text: `${text}\n`, mode: 0o644 })),
    replace,
  );
}

const tooManyNames = ({ names = '' }: MigrateOptions, directors: number): VspairError =>
  new VspairError({
    code: 'VSP_USAGE',
    object: 'command line',
    attempt: `give the names ${names}`,
    detail: `the files tell of ${counted(directors, 'director')}`,
  });

/** One for each director: files and ids go together by their order, and one file can be for all. */
function sourcesOf({ file: first, other, configId }: MigrateOptions): NodeSource[] {
  const files = other === undefined ? [first] : [first, other];
  const ids = separated(configId);
  const count = Math.max(files.length, files.length === 1 ? ids.length : 0);
  if (ids.length > count) {
    const detail = `${counted(files.length, 'file')}, ${counted(ids.length, 'config id')}`;
    throw new VspairError({ code: 'VSP_USAGE', object: 'command line', attempt: 'tell which belongs to which', detail });
  }
  const texts = new Map(files.map((file) => [file, readTextFile(file).toString('utf8')]));
  return Array.from({ length: count }, (_, position) => {
    const file = files[position] ?? files[0] ?? '';
    return { file, text: texts.get(file) ?? '', configId: ids[position] };
  });
}

/** Without names the config ids: keepalived takes the host name where no id is given. */
const namesOf = ({ names, configId }: MigrateOptions): string[] => separated(names ?? configId);

const separated = (list = ''): string[] => list.split(',').filter((part) => part !== '');

function tell(migration: Migration, texts: Texts, toDo: readonly Problem[], { out, file }: MigrateOptions, world: World): void {
  for (const line of [...accountLines(migration.account), ...problemLines(migration.problems, [])]) world.err(line);
  if (migration.problems.length > 0) {
    const detail = counted(migration.problems.length, 'problem');
    throw new VspairError({ code: 'VSP_IMPORT_INVALID', object: file, attempt: 'migrate it', detail });
  }
  for (const line of problemLines(toDo, [])) world.err(line);
  world.err(
    [accountSummary(migration.account), toDo.length === 0 ? '' : `${counted(toDo.length, 'place')} to fill in or correct`]
      .filter((part) => part !== '')
      .join('; '),
  );
  world.out(
    out === undefined
      ? printed(texts)
      : `${join(out, 'vspair.yaml')} and ${join(out, 'rules.yaml')}: written; next: vspair check --file-only --config ${join(out, 'vspair.yaml')}`,
  );
}

const printed = ({ config, rules }: Texts): string => `# vspair.yaml\n${config}\n---\n# rules.yaml\n${rules}`;

const migrationJson = ({ document, account, problems }: Migration, texts: Texts, toDo: readonly Problem[]) => ({
  ok: problems.length === 0,
  config: problems.length === 0 ? texts.config : null,
  document: problems.length === 0 ? document : null,
  account: account.map(remarkJson),
  toDo: toDo.map(problemJson),
  problems: problems.map(problemJson),
});
