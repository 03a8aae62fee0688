// A keepalived.conf with its includes as statements, read as one node reads it.
import { oneOf } from '../../text/nearest.ts';
import type { Ledger } from '../ledger.ts';
import type { FindFiles, SourceFile } from '../source.ts';
import { expanded } from './expansion.ts';
import { type Statement, statementsOf } from './statements.ts';

export interface KeepalivedWishes {
  readonly configId: string | undefined;
  readonly findFiles: FindFiles;
}

/** No statements when lines are for one node only and nobody said for which: any reading would be a guess. */
export function statementsIn(source: SourceFile, { configId, findFiles }: KeepalivedWishes, ledger: Ledger): readonly Statement[] {
  const { lines, conditions } = expanded(source, { configId, findFiles, ledger });
  const [first] = conditions.values();
  if (configId === undefined && first !== undefined) {
    ledger.wrong(
      first,
      `${first.text.split(/\s/, 1)[0] ?? ''} is for one node only, and this file is read for none`,
      `--config-id with ${oneOf([...conditions.keys()])}`,
    );
    return [];
  }
  if (configId !== undefined && first !== undefined && !conditions.has(configId))
    ledger.assumed(
      { ...first, lastLine: first.place.line },
      `config id ${configId}`,
      `no line names it; the file has ${oneOf([...conditions.keys()])}`,
    );
  return statementsOf(lines, ledger);
}
