// `vspair rules export --ipvsadm [FILE]`: the rules in use, or those of a file, as text that `ipvsadm -R` takes.
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { ipvsadmLines } from '../../../migration/ipvsadm/write.ts';
import type { RulesDocument } from '../../../rules/document.ts';
import { loadRules } from '../../../rules/load.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { GlobalOptions } from '../../options.ts';
import { counted, problemLines } from '../../renderProblems.ts';
import type { World } from '../../world.ts';

interface ExportOptions extends GlobalOptions {
  readonly file: string | undefined;
}

export function addRulesExport(parser: Parser, choose: Choose): void {
  parser.command(
    'export [file]',
    'Write the rules in use, or those of a rules file, for another program',
    (command) =>
      command
        .positional('file', { type: 'string', describe: 'A rules file  [default: the rules in use]' })
        .option('ipvsadm', { type: 'boolean', demandOption: true, describe: 'As lines for ipvsadm -R' })
        .example('$0 rules export --ipvsadm > rules.ipvsadm', 'the rules in use; then: ipvsadm -R < rules.ipvsadm')
        .example('$0 rules export --ipvsadm rules.yaml', 'of a file, without a daemon'),
    (options) => choose((world) => rulesExport(options, world)),
  );
}

async function rulesExport(options: ExportOptions, world: World): Promise<ExitCode> {
  const lines = ipvsadmLines(await documentOf(options, world));
  if (options.json) world.out(JSON.stringify({ ipvsadm: lines }, null, 2));
  else if (lines.length > 0) world.out(lines.join('\n'));
  return exitCodes.ok;
}

function documentOf(options: ExportOptions, world: World): RulesDocument | Promise<RulesDocument> {
  if (options.file === undefined)
    return askDaemon(options, world, async (client) => (await client.ask('rulesShow', {}))?.document ?? { services: [] });
  const read = loadRules(options.file);
  if (read.ok) return read.document;
  for (const line of problemLines(read.problems, [])) world.err(line);
  throw new VspairError({
    code: 'VSP_RULES_INVALID',
    object: options.file,
    attempt: 'export it',
    detail: counted(read.problems.length, 'problem'),
  });
}
