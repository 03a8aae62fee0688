// The last good rules on this director's disk: what a cold start without the store serves with.
import { join } from 'node:path';
import type { RulesRevision } from '../rules/document.ts';
import { rulesRevisionSchema } from '../rules/revision.ts';
import { type DurableFile, durableFile } from './durableFile.ts';

export type LocalCopy = DurableFile<RulesRevision>;

export const localCopy = (stateDirectory: string): LocalCopy => durableFile(join(stateDirectory, 'rules.json'), rulesRevisionSchema);
