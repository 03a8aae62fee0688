// `vspair rules ...`: the virtual services and real servers that the directors share. One file for each action.
import type { Choose, Parser } from '../../cli.ts';
import { addRulesApply } from './apply.ts';
import { addRulesCheck } from './check.ts';
import { addRulesShow } from './show.ts';

const actions = [addRulesCheck, addRulesApply, addRulesShow];

export function addRules(parser: Parser, choose: Choose): void {
  parser.command('rules', 'The virtual services and real servers: check, apply, show', (command) => {
    for (const add of actions) add(command, choose);
    return command.demandCommand(1, 'which action? vspair rules --help lists them');
  });
}
