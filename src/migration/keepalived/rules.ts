// The rules of a keepalived.conf: its virtual servers. All else that it says belongs to the configuration.
import type { RulesDocument } from '../../rules/document.ts';
import type { Ledger, Reason } from '../ledger.ts';
import { settled } from '../serviceDraft.ts';
import { readStatements } from './reading.ts';
import { topReasons } from './reasons.ts';
import { serverGroupsOf } from './serverGroups.ts';
import type { Statement } from './statements.ts';
import { virtualServerIn } from './virtualServers.ts';

const configuration: Reason = { why: 'this is no rule', advice: 'vspair migrate writes what it means for the configuration' };
const reasons = new Map([
  ...topReasons,
  ...['global_defs', 'vrrp_instance', 'vrrp_sync_group'].map((keyword) => [keyword, configuration] as const),
]);

/** Of a whole file; what is no rule is in the account. */
export function keepalivedRules(statements: readonly Statement[], ledger: Ledger): RulesDocument {
  const { read, rules } = rulesReader(statements, ledger);
  readStatements(statements, { read, repeatable: [...read.keys()], reasons }, 'outside of all blocks', ledger);
  return rules().document;
}

/** For a reader of the whole file: the keywords that make rules, and the rules once all statements were read. */
export function rulesReader(statements: readonly Statement[], ledger: Ledger) {
  const groups = serverGroupsOf(statements, ledger);
  const drafts: ReturnType<typeof virtualServerIn> = [];
  const read = new Map<string, (statement: Statement) => void>([
    ['virtual_server', (statement) => void drafts.push(...virtualServerIn(statement, groups, ledger))],
    ['virtual_server_group', () => undefined],
  ]);
  return { read, rules: () => settled(drafts, ledger) };
}
