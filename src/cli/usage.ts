// A command line that is not understood: what is wrong with it in words of ours, and the help of the command that was meant.
import { catalogue, VspairError } from '../errors/catalogue.ts';

/** What yargs says where its own words are too terse for somebody who sees them once a year. */
export const plainStrings: Readonly<Record<string, string>> = {
  'Not enough arguments following: %s': '--%s wants a value',
  'Invalid values:': 'not understood:',
  'Argument: %s, Given: %s, Choices: %s': '%s is %s; expected one of %s',
};

/** `help`: what yargs would print, which begins with the usage of the command. */
export function notUnderstood(message: string, help: string): VspairError {
  const [usage = ''] = help.split('\n');
  const plain = message.replaceAll(/\n\s*/g, ' ').replace(/^Not enough non-option arguments: got (\d+), need at least (\d+)/, missingWords);
  const detail = `${plain}${usage.includes('<') && usage.startsWith('vspair ') ? `; usage: ${usage}` : ''}`;
  return new VspairError({ code: 'VSP_USAGE', object: 'command line', attempt: 'understand it', detail });
}

/** Words with a plural cannot be replaced in yargs itself. */
const missingWords = 'something is missing: $1 given, $2 wanted';

/** A mistake of usage is answered with the help of its own command. */
export function withHelpOf(words: readonly string[], error: unknown, commands: readonly string[]): unknown {
  if (!(error instanceof VspairError) || error.advice !== catalogue.VSP_USAGE.advice) return error;
  const [command = '', action = ''] = words;
  if (!commands.includes(command)) return error;
  const named = command === 'rules' && /^[a-z]+$/.test(action) ? `${command} ${action}` : command;
  return error.advising(`see vspair ${named} --help`);
}
