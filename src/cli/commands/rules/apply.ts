// `vspair rules apply FILE`: puts a rules file into use on every director.
import type { ControlClient } from '../../../control/client.ts';
import type { ExitCode } from '../../../errors/exit-codes.ts';
import { askDaemon } from '../../ask.ts';
import type { Choose, Parser } from '../../cli.ts';
import type { World } from '../../world.ts';
import { type Basis, basisOf, isInUse } from './basis.ts';
import { tellConflict } from './conflict.ts';
import { makeRevision } from './newRevision.ts';
import { saysTheSame } from './newRules.ts';
import { type ChangeOptions, changeOptions, wholeNumber } from './options.ts';
import { currentRules } from './revisions.ts';
import { demandRules } from './rulesFile.ts';

interface ApplyOptions extends ChangeOptions {
  readonly file: string;
  readonly expectedRevision: number | undefined;
  readonly force: boolean;
}

export function addRulesApply(parser: Parser, choose: Choose): void {
  parser.command(
    'apply <file>',
    'Put a rules file into use on every director',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'A rules file; - for standard input', coerce: dashOf })
        .options(changeOptions)
        .option('expected-revision', wholeNumber('expected-revision', 0, 0xffff_ffff, 'Refuse unless this revision is in use now'))
        .option('force', { type: 'boolean', default: false, describe: 'Also over changes that came since the file was made' })
        .example('$0 rules apply rules.yaml -m "real3 added"', 'waits until both kernels have it')
        .example('$0 rules apply rules.yaml --dry-run', 'what would change'),
    (options) => choose((world) => apply(options, world)),
  );
}

/** yargs makes an empty word of a lone dash. */
const dashOf = (file: string): string => (file === '' ? '-' : file);

async function apply(options: ApplyOptions, world: World): Promise<ExitCode> {
  const { document, warnings } = demandRules(options.file, options.config, world);
  const basis = statedBasis(options);
  return askDaemon(options, world, async (client: ControlClient) => {
    const current = await currentRules(client, world);
    const { file: object, message, force } = options;
    // A file that is applied again, since a director had not got it, is no conflict with itself.
    const again = basis?.from === 'file' && saysTheSame(document, current);
    if (basis !== undefined && !again && !isInUse(basis, current))
      return tellConflict(client, { object, wanted: document, basis, current }, options.json, world);
    return makeRevision(client, { object, document, message, warnings, current, force }, options, world);
  });
}

function statedBasis({ file, expectedRevision, force }: ApplyOptions): Basis | undefined {
  if (force) return undefined;
  return expectedRevision === undefined ? basisOf(file) : { from: 'option', revision: expectedRevision, digest: undefined };
}
