// The channel `exec`: a program that is told by its environment and by JSON on its standard input.
import type { DirectorEvent } from '../events/event.ts';
import type { Deliver } from './delivery.ts';
import { runProgram } from './program.ts';

export function deliverByExec(command: string, timeoutMs: number): Deliver {
  return (event, closing) => {
    const program = { path: command, words: [], environment: environmentOf(event), input: `${JSON.stringify(event)}\n` };
    return runProgram(program, timeoutMs, closing);
  };
}

/** One variable for each value that has no parts of its own. */
function environmentOf(event: DirectorEvent): Record<string, string> {
  const { trouble, differences } = event;
  const values = { ...event, differences: differences?.join('; '), trouble: trouble?.key, is_over: trouble?.isOver };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (isPlain(value) ? [[`VSPAIR_${name.toUpperCase()}`, String(value)]] : [])),
  );
}

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);
