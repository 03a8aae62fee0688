// Tells the story of the demo, and keeps count of what was said to be seen and was not.
import { styleText } from 'node:util';

export interface Teller {
  chapter(title: string): void;
  say(text: string): void;
  /** Something a person could check: told with a mark, and remembered when it is not so. */
  seen(text: string, holds: boolean, otherwise?: string): void;
  /** What was not seen. */
  readonly missing: readonly string[];
}

export function createTeller(write: (line: string) => void, colour: boolean): Teller {
  const missing: string[] = [];
  let chapters = 0;
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;

  return {
    missing,
    chapter(title) {
      chapters += 1;
      write('');
      write(style('bold', `${chapters}. ${title}`));
    },
    say(text) {
      for (const line of text.split('\n')) write(`   ${line}`);
    },
    seen(text, holds, otherwise = 'not seen') {
      if (!holds) missing.push(`${text}: ${otherwise}`);
      write(holds ? ` ${style('green', '✓')} ${text}` : ` ${style('red', '✗')} ${text}: ${otherwise}`);
    },
  };
}
