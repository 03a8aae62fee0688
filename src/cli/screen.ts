// A terminal that shows one page, drawn over and over in place: on the alternate screen, so that what was there before comes
// back, and in one write a page, so that nothing flickers.
import { stripVTControlCharacters } from 'node:util';

export interface Screen {
  /** Draws the page anew, cut to the terminal's size. */
  show(lines: readonly string[]): void;
  /** Called when the size has changed: what is shown was cut for another one. */
  onResize(draw: () => void): void;
  /** Resolves when the person wants to leave: q, Ctrl-C, Escape, or the terminal goes away. */
  readonly left: Promise<void>;
  /** The terminal is as it was before. */
  close(): void;
}

const enter = '\x1b[?1049h\x1b[?25l\x1b[2J';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const clearLine = '\x1b[K';
const clearBelow = '\x1b[J';
/** Of a terminal that does not know its size. */
const usual = { rows: 24, columns: 80 };
const leavingKeys = new Set(['q', 'Q', '\x03', '\x04', '\x1b']);

/** Both ends must be terminals. */
export function openScreen(input: NodeJS.ReadStream = process.stdin, output: NodeJS.WriteStream = process.stdout): Screen {
  const left: PromiseWithResolvers<void> = Promise.withResolvers();
  const quit = (): void => left.resolve();
  const onKey = (key: Buffer): void => {
    if (leavingKeys.has(key.toString('latin1'))) quit();
  };
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
  const restore = (): void => {
    input.setRawMode(false);
    output.write(leave);
  };

  input.setRawMode(true);
  input.resume();
  input.on('data', onKey);
  input.on('end', quit);
  for (const signal of signals) process.on(signal, quit);
  // Whatever ends this process: a terminal that echoes nothing is the last thing anybody wants.
  process.once('exit', restore);
  output.write(enter);

  return {
    left: left.promise,
    show: (lines) => void output.write(page(lines, output.rows || usual.rows, output.columns || usual.columns)),
    onResize: (draw) => void output.on('resize', draw),
    close() {
      process.off('exit', restore);
      for (const signal of signals) process.off(signal, quit);
      output.removeAllListeners('resize');
      input.off('data', onKey);
      input.off('end', quit);
      input.pause();
      restore();
    },
  };
}

/** Exactly what is written for a page. The rest of each line, and what is below the last one, is cleared by the terminal. */
export function page(lines: readonly string[], rows: number, columns: number): string {
  const fits =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `... ${lines.length - rows + 1} more lines: a taller window shows them`];
  return home + fits.map((line) => cut(line, columns) + clearLine).join('\r\n') + clearBelow;
}

/** Colours take no place, and end with the line. */
export function cut(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let left = columns;
  const parts = line.split(/(\p{Cc}\[[0-9;]*m)/u).map((part) => {
    if (part.startsWith('\x1b')) return part;
    const kept = part.slice(0, left);
    left -= kept.length;
    return kept;
  });
  return parts.join('');
}
