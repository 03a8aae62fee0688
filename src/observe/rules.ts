// The rules that a daemon of this state directory would start with, read and nothing else: opening the store could repair.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { known, type Seen, unknown } from '../doctor/seen.ts';
import { errnoOf } from '../errors/errno.ts';
import { messageOf } from '../errors/message.ts';
import type { RulesDocument } from '../rules/document.ts';
import { readRevision } from '../rules/revision.ts';

export function seeRulesOnDisk(stateDir: string, version: string): Seen<RulesDocument | undefined> {
  try {
    const file: unknown = JSON.parse(readFileSync(join(stateDir, 'rules.json'), 'utf8'));
    const content = typeof file === 'object' && file !== null && 'content' in file ? file.content : undefined;
    const read = readRevision(content, version);
    return read.ok ? known(read.revision.document) : unknown(`the rules in ${stateDir} cannot be read: ${read.detail}`);
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? known(undefined) : unknown(`the rules in ${stateDir}: ${messageOf(error)}`);
  }
}
