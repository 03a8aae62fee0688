// The rules of an ldirectord.cf: each `virtual` is a service.
import type { RulesDocument } from '../../rules/document.ts';
import type { Ledger } from '../ledger.ts';
import { type ServiceDraft, settled } from '../serviceDraft.ts';
import type { SourceFile } from '../source.ts';
import { settingsOf } from './lines.ts';
import { globalReasons, leaveOut } from './reasons.ts';
import { virtualIn } from './virtuals.ts';

export function ldirectordRules(source: SourceFile, ledger: Ledger): RulesDocument {
  const drafts = settingsOf(source, ledger).flatMap((setting): ServiceDraft[] => {
    if (/^virtual6?$/.test(setting.key)) return virtualIn(setting, ledger);
    leaveOut(setting, globalReasons, ['virtual', 'virtual6'], ledger);
    return [];
  });
  return settled(drafts, ledger).document;
}
