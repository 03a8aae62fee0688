// Questions to the person at the terminal: on standard error, so that standard output stays what the command answers.
import { createInterface, type Interface } from 'node:readline/promises';
import { VspairError } from '../errors/catalogue.ts';

/** One conversation of several questions: what is typed ahead of a question is its answer. */
export async function converse<Value>(talk: (ask: (question: string) => Promise<string>) => Promise<Value>): Promise<Value> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Unlike `question` it keeps the lines that come in between.
  const lines = terminal[Symbol.asyncIterator]();
  try {
    return await talk((question) => answered(terminal, lines, question));
  } finally {
    terminal.close();
  }
}

export const confirm = (question: string): Promise<boolean> =>
  converse(async (ask) => /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()));

/** Control-C and control-D end the lines without an answer. */
async function answered(terminal: Interface, lines: AsyncIterator<string>, question: string): Promise<string> {
  terminal.setPrompt(question);
  terminal.prompt();
  const line = await lines.next();
  if (line.done !== true) return line.value;
  process.stderr.write('\n');
  throw new VspairError({
    code: 'VSP_USAGE',
    object: 'command line',
    attempt: 'go on without an answer',
    detail: 'the questions were left; nothing was changed',
  });
}
