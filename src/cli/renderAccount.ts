// The account of a foreign file, for people and for programs.
import { type Remark, remarkText } from '../migration/ledger.ts';
import { counted } from './renderProblems.ts';

export const accountLines = (account: readonly Remark[]): string[] => account.map(remarkText);

export const remarkJson = ({ kind, place, lastLine, what, why, advice }: Remark) => ({ kind, ...place, lastLine, what, why, advice });

/** `3 left out, 1 assumed`; empty when nothing is. */
export function accountSummary(account: readonly Remark[]): string {
  const kinds = ['left out', 'assumed', 'changed'] as const;
  return kinds
    .map((kind) => ({ kind, count: account.filter((remark) => remark.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${counted(count, 'passage')} ${kind}`)
    .join(', ');
}
