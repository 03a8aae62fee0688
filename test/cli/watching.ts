// A person who watches a full screen at a real pseudo-terminal: what is drawn, what is typed, how large the window is, and
// how the terminal is found afterwards.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { directory } from './process.ts';

export interface Watching {
  /** All that was written to the terminal. */
  written(): string;
  /** The page that was drawn last, as it is read. */
  page(): string;
  /** Resolves when the page satisfies. */
  until(satisfies: (page: string) => boolean): Promise<void>;
  type(keys: string): void;
  resize(rows: number, columns: number): void;
  /** Of the watching process itself. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended; `settings` are those of the terminal then, as stty shows them. */
  ended(): Promise<{ readonly exitCode: number | null; readonly settings: string }>;
}

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const mark = 'SETTINGS';

export function watching(...words: readonly string[]): Watching {
  const place = directory();
  const [ttyFile, pidFile] = [join(place, 'tty'), join(place, 'pid')];
  const command = [process.execPath, main, ...words].map((word) => `'${word}'`).join(' ');
  const shell = `stty rows 30 cols 100; tty > ${ttyFile}; sh -c 'echo $$ > ${pidFile}; exec "$@"' sh ${command}; code=$?; echo ${mark}; stty -a; exit $code`;
  const child = spawn('script', ['-qec', shell, '/dev/null'], { env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' } });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  onTestFinished(() => {
    child.kill();
  });
  const page = (): string => stripVTControlCharacters(text.split(mark)[0]?.split('\x1b[H').at(-1) ?? '').replaceAll('\r', '');
  return {
    written: () => text,
    page,
    async until(satisfies) {
      await eventually(() => satisfies(page())).toBe(true);
    },
    type: (keys) => void child.stdin.write(keys),
    resize: (rows, columns) =>
      void execFileSync('stty', ['-F', readFileSync(ttyFile, 'utf8').trim(), 'rows', String(rows), 'cols', String(columns)]),
    signal(signal) {
      process.kill(Number(readFileSync(pidFile, 'utf8')), signal);
    },
    async ended() {
      const [exitCode] = (await once(child, 'close')) as [number | null];
      return { exitCode, settings: text.split(mark)[1] ?? '' };
    },
  };
}
