// `vspair rules edit`: the rules in use in this person's editor, checked and applied. What was typed is never lost: until it
// is in use it stays in its file.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import type { RulesRevision } from '../../../rules/document.ts';
import { type LoadedRules, loadRules } from '../../../rules/load.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import { counted, problemLines } from '../../renderProblems.ts';
import type { World } from '../../world.ts';
import { concludeUnchanged } from './conclusion.ts';
import { makeRevision } from './newRevision.ts';
import { type ChangeOptions, changeOptions } from './options.ts';
import { currentRules } from './revisions.ts';
import { invalidRules, withWarningsTold } from './rulesFile.ts';
import { rulesFileText } from './show.ts';

export function addRulesEdit(parser: Parser, choose: Choose): void {
  parser.command(
    'edit',
    'Edit the rules in use by $VISUAL or $EDITOR, and apply them',
    (command) =>
      command
        .options(changeOptions)
        .example('$0 rules edit -m "real3 added"', '')
        .example('EDITOR=nano $0 rules edit', 'with another editor'),
    (options) => choose((world) => edit(options, world)),
  );
}

async function edit(options: ChangeOptions, world: World): Promise<ExitCode> {
  const person = demandPerson(world);
  const current = await askDaemon(options, world, (client) => currentRules(client, world));
  const file = newFile(current);
  return kept(file, options, world, async () => {
    const { document, warnings } = await edited(file, person, options, world);
    const conflictAdvice = `bring the other change into ${file}, then vspair rules apply ${file} --force`;
    const rules = { object: file, document, message: options.message, warnings, current, conflictAdvice };
    return askDaemon(options, world, (client) => {
      const nothingTyped = current === null && document.services.length === 0;
      return nothingTyped ? concludeUnchanged(client, rules, options, world) : makeRevision(client, rules, options, world);
    });
  });
}

interface Person {
  readonly open: (file: string) => Promise<void>;
  readonly confirm: (question: string) => Promise<boolean>;
}

function demandPerson({ edit: open, confirm }: World): Person {
  // A script as editor: nobody is there to be asked, so mistakes end it.
  if (open !== undefined) return { open, confirm: confirm ?? (() => Promise.resolve(false)) };
  const detail = 'there is no terminal; change a file instead: vspair rules show > FILE, then vspair rules apply FILE';
  throw new VspairError({ code: 'VSP_USAGE', object: 'vspair rules edit', attempt: 'open an editor', detail });
}

/** In a directory that nobody else can read or write. */
function newFile(current: RulesRevision | null): string {
  const file = join(mkdtempSync(join(tmpdir(), 'vspair-')), 'rules.yaml');
  writeFileSync(file, `${rulesFileText(current)}\n`, { mode: 0o600 });
  return file;
}

/** The file goes when what is in it is in use, or nothing was typed; else its place is told. */
async function kept(file: string, { dryRun }: ChangeOptions, { err }: World, work: () => Promise<ExitCode>): Promise<ExitCode> {
  const before = readFileSync(file, 'utf8');
  let done = false;
  try {
    const exitCode = await work();
    done = !dryRun && (exitCode === exitCodes.ok || exitCode === exitCodes.notEverywhere);
    return exitCode;
  } finally {
    if (done || !existsSync(file) || readFileSync(file, 'utf8') === before) rmSync(dirname(file), { recursive: true });
    else err(`your text is kept in ${file}`);
  }
}

/** Throws VspairError VSP_RULES_INVALID when the mistakes in it are to stay. */
async function edited(file: string, { open, confirm }: Person, { config }: ChangeOptions, world: World): Promise<LoadedRules> {
  for (;;) {
    await open(file);
    const read = loadRules(file);
    if (read.ok) return withWarningsTold(read, config, world);
    for (const line of problemLines(read.problems, [])) world.err(line);
    if (await confirm(`${counted(read.problems.length, 'problem')}. Edit it again?`)) continue;
    throw invalidRules(read, file);
  }
}
