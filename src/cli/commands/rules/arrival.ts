// The way of a new revision into every director's kernel, as the person who made it sees it.
import { type DirectorArrival, hasArrived, type RulesArrival } from '../../../control/arrival.ts';
import type { ControlClient } from '../../../control/client.ts';
import { VspairError } from '../../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../../errors/exit-codes.ts';
import { durationText } from '../../../text/duration.ts';
import { reportFailure } from '../../failure.ts';
import type { World } from '../../world.ts';

export interface Patience {
  readonly withinMs: number;
  /** Without progress. */
  readonly quiet: boolean;
}

export interface Waited {
  /** Undefined when the daemon could not be asked to the end; the revision was taken all the same. */
  readonly arrival: RulesArrival | undefined;
  readonly exitCode: ExitCode;
}

/** What the daemon may take longer than it was told to wait: a peer that falls silent is asked once more. */
const graceMs = 10_000;

/** What goes wrong here is told and not thrown: a revision was made. */
export async function awaitArrival(
  client: ControlClient,
  { revision, digest }: { readonly revision: number; readonly digest: string },
  { withinMs, quiet }: Patience,
  world: World,
): Promise<Waited> {
  const tell = quiet ? () => undefined : teller(withinMs, world);
  const onProgress = (value: unknown): void => tell(value as RulesArrival);
  try {
    const arrival = await client.ask('rulesAwait', { revision, digest, withinMs }, { timeoutMs: withinMs + graceMs, onProgress });
    tell(arrival);
    return { arrival, exitCode: arrival.complete ? exitCodes.ok : reportFailure(notEverywhere(arrival), false, world) };
  } catch (error) {
    if (!(error instanceof VspairError)) throw error;
    return { arrival: undefined, exitCode: reportFailure(error, false, world) };
  }
}

/** First for whom is waited; then each director that has it, once, and whatever else is new of one. */
function teller(withinMs: number, { out, err }: World): (arrival: RulesArrival) => void {
  let known: ReadonlyMap<string, string> | undefined;
  return ({ directors }) => {
    const missing = directors.filter((director) => !hasArrived(director));
    const settled = missing.every(({ state }) => state === 'refused');
    if (known === undefined && !settled) err(`waiting up to ${durationText(withinMs)} for ${missing.map(({ node }) => node).join(', ')}`);
    const news = directors.filter(({ node, detail }) => known?.get(node) !== detail);
    for (const director of news) {
      if (hasArrived(director)) out(directorText(director));
      else if (known !== undefined) err(directorText(director));
    }
    known = new Map(directors.map(({ node, detail }) => [node, detail]));
  };
}

function notEverywhere({ revision, directors }: RulesArrival): VspairError {
  const detail = directors
    .filter((director) => !hasArrived(director))
    .map(directorText)
    .join('; ');
  return new VspairError({ code: 'VSP_RULES_NOT_EVERYWHERE', object: `revision ${revision}`, attempt: 'see it in every kernel', detail });
}

const directorText = ({ node, detail }: DirectorArrival): string => `${node} ${detail}`;
