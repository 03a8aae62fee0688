// What an operator asks of a director's daemon about rules, over its real control socket.
import { join } from 'node:path';
import { connectControl } from '../../src/control/client.ts';
import type { RulesApplyResult } from '../../src/control/protocol.ts';
import type { StatusReport } from '../../src/control/status.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import type { Director } from '../lab/director.ts';
import { startMs } from './pair.ts';

export interface Applied {
  readonly revision: number;
  readonly digest: string;
}

/** Does not wait for any kernel. Throws when it is refused. */
export async function applyDocument({ folder, name }: Director, document: RulesDocument): Promise<Applied> {
  const client = await connectControl(join(folder, 'socket'));
  try {
    const result: RulesApplyResult = await client.ask('rulesApply', { document, author: `op@${name}`, message: '' });
    if (!result.ok) throw new Error(`${name}: ${result.detail}`);
    return { revision: result.revision, digest: result.digest };
  } finally {
    client.close();
  }
}

export const hasRules =
  ({ revision, digest }: Applied) =>
  ({ self }: StatusReport): boolean =>
    self.daemon.rules.revision === revision && self.daemon.rules.digest === digest;

export const untilRules = (director: Director, applied: Applied): Promise<StatusReport> => director.until(hasRules(applied), startMs);
