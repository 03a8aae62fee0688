// Asks until every answer can be used: what a flag answers is not asked, what is wrong is asked again with the reason. Without
// anybody to ask, suggestions count as answers, and all that is missing or wrong is told at once.
import { VspairError } from '../../errors/catalogue.ts';
import type { Answers, Key, Known, Machine, Question } from './answers.ts';
import { questions } from './questions.ts';

/** One line that a person types. */
export type Ask = (question: string) => Promise<string>;

export interface Sources {
  readonly flags: Readonly<Record<Key, string | undefined>>;
  readonly machine: Machine;
  /** Undefined: nobody is there, or wants to be asked. */
  readonly ask: Ask | undefined;
  /** Says more of a question, and why an answer is none. */
  readonly tell: (text: string) => void;
}

/** Throws VSP_USAGE when nobody can be asked and flags are missing or wrong. */
export async function answersOf(sources: Sources): Promise<Answers> {
  const known: Known = {};
  const faults: Fault[] = [];
  for (const key of Object.keys(questions) as Key[]) {
    const fault = await settle(key, questions[key], known, sources);
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0 || !isComplete(known)) throw unanswered(faults);
  return known;
}

const isComplete = (known: Known): known is Answers => Object.keys(questions).every((key) => key in known);

interface Fault {
  readonly flag: string;
  /** Undefined: the flag is missing. */
  readonly why: string | undefined;
}

async function settle<K extends Key>(key: K, question: Question<Answers[K]>, known: Known, sources: Sources): Promise<Fault | undefined> {
  const given = sources.flags[key];
  const idle = given === undefined ? undefined : question.idle?.(known);
  const reading = question.settled?.(known) ?? (given === undefined ? undefined : question.read(given, known, sources.machine));
  if (reading?.ok === true) known[key] = reading.value;
  const why = reading?.ok === false ? `${given ?? ''}: ${reading.why}` : idle;
  const fault = why === undefined ? undefined : { flag: question.flag, why };
  if (sources.ask === undefined) return fault ?? (key in known ? undefined : suggestionTaken(key, question, known, sources.machine));
  if (fault !== undefined) sources.tell(`--${fault.flag} ${fault.why}`);
  if (!(key in known)) known[key] = await asked(question, known, sources, sources.ask);
  return undefined;
}

function suggestionTaken<K extends Key>(key: K, question: Question<Answers[K]>, known: Known, machine: Machine): Fault | undefined {
  const suggestion = question.suggested(known, machine);
  if (suggestion === undefined) return { flag: question.flag, why: undefined };
  const reading = question.read(suggestion, known, machine);
  if (!reading.ok) return { flag: question.flag, why: `${suggestion}: ${reading.why}` };
  known[key] = reading.value;
  return undefined;
}

async function asked<Value>(question: Question<Value>, known: Known, { machine, tell }: Sources, ask: Ask): Promise<Value> {
  const suggestion = question.suggested(known, machine);
  for (const line of question.hints?.(known, machine) ?? []) tell(line);
  const text = `${question.asks}${suggestion === undefined || suggestion === '' ? '' : ` [${suggestion}]`}: `;
  for (;;) {
    const typed = (await ask(text)).trim();
    const reading = question.read(typed === '' ? (suggestion ?? '') : typed, known, machine);
    if (reading.ok) return reading.value;
    tell(reading.why);
  }
}

/** Missing flags are named together, with a whole command. */
function unanswered(faults: readonly Fault[]): VspairError {
  const missing = faults.filter(({ why }) => why === undefined).map(({ flag }) => `--${flag}`);
  const wrong = faults.flatMap(({ flag, why }) => (why === undefined ? [] : [`--${flag} ${why}`]));
  const detail = [...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]), ...wrong].join('\n  ');
  return new VspairError({
    code: 'VSP_USAGE',
    object: 'init',
    attempt: 'do without these answers',
    detail,
    advice: `such as: ${example}; at a terminal vspair init asks instead`,
  });
}

export const example =
  'vspair init --peer vsbak --peer-addresses 10.0.0.3,192.168.1.3 --forward dr --vip 10.0.0.1 --servers 10.0.0.11,10.0.0.12';
