// Which IPVS services are this director's own, on its disk.
import { join } from 'node:path';
import { z } from 'zod';
import type { Ownership } from '../rules/claims.ts';
import { durableFile } from './durableFile.ts';
import { contentOr, type OnFileProblem } from './fileProblem.ts';

/** A file that cannot be read is told, and counts as none. */
export function ownershipFile(directory: string, onProblem: OnFileProblem): Ownership {
  const file = durableFile(join(directory, 'owned-services.json'), z.array(z.string()));
  return {
    load: async () => (await contentOr(file, onProblem)) ?? [],
    save: (keys) => file.save([...keys]),
  };
}
