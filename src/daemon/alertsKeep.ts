// Where the alerts keep what is not told yet: a folder for each channel in the state directory.
import { join } from 'node:path';
import { z } from 'zod';
import type { Keep, OpenKeep } from '../alerts/keep.ts';
import type { TroublesTold, TroubleTold } from '../alerts/troublesTold.ts';
import type { DirectorEvent } from '../events/event.ts';
import { durableFile } from '../store/durableFile.ts';
import { contentOr, type OnFileProblem, saveOr } from '../store/fileProblem.ts';
import { inTurn } from '../store/inTurn.ts';
import { queueOnDisk } from '../store/queueOnDisk.ts';

export const alertsDirectory = (stateDir: string): string => join(stateDir, 'alerts');

export function openAlertsKeep(stateDir: string, onProblem: OnFileProblem): OpenKeep {
  return (channel) => keepIn(join(alertsDirectory(stateDir), channel), onProblem);
}

function keepIn(directory: string, onProblem: OnFileProblem): Keep {
  const queue = queueOnDisk(directory, eventSchema, onProblem);
  const troubles = durableFile(join(directory, 'troubles.json'), z.array(troubleSchema));
  const turn = inTurn();
  return {
    queue: {
      add: (one) => turn(() => queue.add(one)),
      remove: (number) => turn(() => queue.remove(number)),
      settled: () => turn(() => Promise.resolve()),
    },
    load: () => turn(async () => ({ events: await queue.load(), troubles: (await contentOr(troubles, onProblem)) ?? [] })),
    async saveTroubles(told: TroublesTold) {
      await turn(() => saveOr(troubles, [...told], onProblem));
    },
  };
}

/** A checksum says that it is whole; a receiver reads what another version of ours wrote. */
const eventSchema = z.custom<DirectorEvent>(
  (value) => z.looseObject({ id: z.string(), type: z.string(), text: z.string() }).safeParse(value).success,
);

const troubleSchema: z.ZodType<TroubleTold> = z.object({
  key: z.string(),
  toldAt: z.number(),
  open: z.boolean(),
  held: eventSchema.optional().transform((held) => held),
});
