// A person at a pseudo-terminal, by script(1): the real command sees a terminal and what is typed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Session {
  /** All that the terminal shows, with plain line ends. */
  readonly shown: string;
  readonly exitCode: number | null;
}

/** Each answer is typed once the terminal shows its prompt. */
export async function typed(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  answers: readonly { readonly prompt: string; readonly answer: string }[] = [],
): Promise<Session> {
  const command = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm', ...env } });
  let shown = '';
  let from = 0;
  const waiting = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8').replaceAll('\r\n', '\n');
    const [next] = waiting;
    if (next === undefined || !shown.slice(from).includes(next.prompt)) return;
    waiting.shift();
    from = shown.length;
    child.stdin.write(next.answer);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { shown, exitCode };
}
