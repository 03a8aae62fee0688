// The options that every action takes which makes a new revision.
import { longestWaitMs } from '../../../control/protocol.ts';
import { parseDuration } from '../../../text/duration.ts';
import type { GlobalOptions } from '../../options.ts';

export interface ChangeOptions extends GlobalOptions {
  readonly message: string;
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  /** Milliseconds. */
  readonly wait: number;
  readonly noWait: boolean;
}

export const changeOptions = {
  message: { type: 'string', default: '', alias: 'm', requiresArg: true, describe: 'Why, for the history' },
  'dry-run': { type: 'boolean', default: false, describe: 'Show what would change, and change nothing' },
  'exit-code': { type: 'boolean', default: false, describe: 'With --dry-run: exit 11 when something would change' },
  wait: {
    type: 'string',
    default: '10s',
    requiresArg: true,
    coerce: readWait,
    describe: 'How long to wait until every director has the rules in its kernel',
  },
  'no-wait': { type: 'boolean', default: false, describe: 'Do not wait' },
} as const;

/** An option that is a whole number. Not of yargs' type number, to which an empty text is 0. */
export const wholeNumber = (name: string, least: number, most: number, describe: string) =>
  ({
    type: 'string',
    requiresArg: true,
    describe,
    coerce(text: string | undefined): number | undefined {
      if (text === undefined) return undefined;
      const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      throw new Error(`--${name} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${most}`);
    },
  }) as const;

function readWait(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms > longestWaitMs) throw new Error(`--wait is ${JSON.stringify(text)}; expected a time up to 1h, such as 30s`);
  return ms;
}
