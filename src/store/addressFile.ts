// Which virtual IPs this director's daemon may have put into the kernel, on its disk: who clears up after a dead one can
// rely on no configuration, which may be what it died of.

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Vip } from '../core/types.ts';
import { durableFile } from './durableFile.ts';
import { contentOr, type OnFileProblem, saveOr } from './fileProblem.ts';

const vips = z.array(z.object({ family: z.union([z.literal(4), z.literal(6)]), address: z.string(), prefix: z.number(), dev: z.string() }));

export interface AddressFile {
  /** Empty when nothing was ever noted. A file that cannot be read is told, and counts as none. */
  load(): Promise<readonly Vip[]>;
  /** Before any of them is added. What cannot be saved is told. A list that is there already costs no write. */
  note(vips: readonly Vip[]): Promise<void>;
}

export function addressFile(directory: string, onProblem: OnFileProblem): AddressFile {
  const file = durableFile(join(directory, 'virtual-ips.json'), vips);
  const load = async (): Promise<readonly Vip[]> => (await contentOr(file, onProblem)) ?? [];
  return {
    load,
    async note(now) {
      if (!isDeepStrictEqual(await load(), now)) await saveOr(file, [...now], onProblem);
    },
  };
}
