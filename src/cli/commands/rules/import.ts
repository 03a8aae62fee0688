// `vspair rules import FILE`: the rules of ipvsadm, keepalived or ldirectord as a rules file on standard output, and on
// standard error the account of what did not come over as it stands.
import { readFileSync } from 'node:fs';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { type Format, formats, type Imported, importRules } from '../../../migration/import.ts';
import type { SourceFile } from '../../../migration/source.ts';
import { readTextFile } from '../../../text/file.ts';
import type { Choose, Parser } from '../../cli.ts';
import { findFiles } from '../../includes.ts';
import type { GlobalOptions } from '../../options.ts';
import { accountLines, accountSummary, remarkJson } from '../../renderAccount.ts';
import { counted, problemJson, problemLines } from '../../renderProblems.ts';
import { rulesText } from '../../renderRules.ts';
import type { World } from '../../world.ts';

interface ImportOptions extends GlobalOptions {
  readonly file: string | undefined;
  readonly from: Format | undefined;
  readonly configId: string | undefined;
}

export function addRulesImport(parser: Parser, choose: Choose): void {
  parser.command(
    'import [file]',
    'Turn the rules of ipvsadm, keepalived or ldirectord into a rules file',
    (command) =>
      command
        .positional('file', { type: 'string', describe: 'The file  [default: standard input]' })
        .option('from', { choices: formats, requiresArg: true, describe: 'Which program wrote it  [default: by its content]' })
        .option('config-id', { type: 'string', requiresArg: true, describe: 'Of a keepalived.conf with @ lines: read it as this node' })
        .example('$0 rules import /etc/keepalived/keepalived.conf > rules.yaml', 'the account is on standard error')
        .example('ipvsadm -Sn | $0 rules import > rules.yaml', 'what the kernel holds now')
        .example('$0 rules import --json /etc/ha.d/ldirectord.cf', 'rules and account as data'),
    (options) => choose((world) => rulesImport(options, world)),
  );
}

function rulesImport({ file: named, from, configId, json }: ImportOptions, world: World): ExitCode {
  const { file, text } = sourceOf(named);
  const imported = importRules({ file, text }, { format: from, configId, findFiles });
  const ok = imported.problems.length === 0;
  if (json) world.out(JSON.stringify(importJson(imported, file), null, 2));
  else for (const line of [...accountLines(imported.account), ...problemLines(imported.problems, [])]) world.err(line);
  if (ok && !json) printRules(imported, file, world);
  if (!ok && !json) throw notImported(imported, file);
  return ok ? exitCodes.ok : exitCodes.rulesInvalid;
}

/** Of `-`, too, yargs makes an empty name. */
function sourceOf(file = ''): SourceFile {
  if (file === '') return { file: 'standard input', text: readFileSync(0, 'utf8') };
  return { file, text: readTextFile(file).toString('utf8') };
}

function printRules({ document, format, account }: Imported, file: string, { out, err }: World): void {
  out(`# Imported from ${file} (${format ?? ''}).\n${rulesText(document)}`);
  const servers = document.services.reduce((sum, service) => sum + service.servers.length, 0);
  err(
    [`${file}: ${counted(document.services.length, 'service')} with ${counted(servers, 'server')}`, accountSummary(account)]
      .filter((part) => part !== '')
      .join('; '),
  );
}

const notImported = ({ problems }: Imported, file: string): VspairError =>
  new VspairError({ code: 'VSP_IMPORT_INVALID', object: file, attempt: 'import it', detail: counted(problems.length, 'problem') });

const importJson = ({ format, document, account, problems }: Imported, file: string) => ({
  ok: problems.length === 0,
  file,
  format: format ?? null,
  document: problems.length === 0 ? document : null,
  account: account.map(remarkJson),
  problems: problems.map(problemJson),
});
