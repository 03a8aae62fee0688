// `vspair rules ...`: the virtual services and real servers that the directors share. One file for each action.
import type { Choose, Parser } from '../../cli.ts';
import { addRulesApply } from './apply.ts';
import { addRulesCheck } from './check.ts';
import { addRulesDiff } from './diff.ts';
import { addRulesEdit } from './edit.ts';
import { addRulesExport } from './export.ts';
import { addRulesHistory } from './history.ts';
import { addRulesImport } from './import.ts';
import { addRulesDrain, addRulesRestore, addRulesSet } from './oneServer.ts';
import { addRulesPublish } from './publish.ts';
import { addRulesRollback } from './rollback.ts';
import { addRulesShow } from './show.ts';

const actions = [
  ...[addRulesShow, addRulesCheck, addRulesApply, addRulesEdit],
  ...[addRulesSet, addRulesDrain, addRulesRestore],
  ...[addRulesHistory, addRulesDiff, addRulesRollback, addRulesPublish],
  ...[addRulesImport, addRulesExport],
];

export function addRules(parser: Parser, choose: Choose): void {
  parser.command('rules', 'Show, check and change the virtual services and real servers', (command) => {
    for (const add of actions) add(command, choose);
    return command.demandCommand(1, 'which action? vspair rules --help lists them');
  });
}
