// `status --watch` at a real pseudo-terminal.
import { expect, test } from 'vitest';
import { cut, page } from '../../src/cli/screen.ts';
import type { StatusReport } from '../../src/control/status.ts';
import { answering } from './answering.ts';
import { report } from './report.ts';
import { containing, ran } from './terminal.ts';
import { type Watching, watching } from './watching.ts';

const { promise: never } = Promise.withResolvers<StatusReport>();
const [alternateOn, alternateOff, cursorOn] = ['\x1b[?1049h', '\x1b[?1049l', '\x1b[?25h'];

/** The screen that was there before is back, and the terminal echoes and edits lines again. */
async function expectRestored(watched: Watching, exitCode: number): Promise<void> {
  const end = await watched.ended();
  expect(end.exitCode).toBe(exitCode);
  const written = watched.written();
  expect(written.indexOf(alternateOn)).toBeLessThan(written.lastIndexOf(alternateOff));
  expect(written.lastIndexOf(cursorOn)).toBeGreaterThan(written.indexOf(alternateOn));
  expect(end.settings).toMatch(/(?<!-)\bicanon\b/);
  expect(end.settings).toMatch(/(?<!-)\becho\b/);
}

test('the page follows the pair and the size of the window, and q gives the terminal back', async () => {
  let told: StatusReport = report();
  const socket = await answering({ status: () => told });
  const watched = watching('status', '--watch', '100ms', '--socket', socket);
  await watched.until((shown) => shown.includes('The pair would survive a failure now.'));
  expect(watched.page()).toMatch(/every 0\.1 s, q ends: \d\d:\d\d:\d\d/);
  told = report({ verdict: { state: 'nobodyActive', text: 'NOT SERVED: no director is active for web', advice: 'look' } });
  await watched.until((shown) => shown.includes('NOT SERVED') && !shown.includes('would survive'));
  watched.resize(8, 40);
  await watched.until((shown) => shown.split('\n').length === 8 && shown.split('\n').every((line) => line.length <= 40));
  expect(watched.page()).toMatch(/\.\.\. \d+ more lines/);
  watched.type('q');
  await expectRestored(watched, 0);
});

test.each([
  ['Ctrl-C', (watched: Watching) => watched.type('\x03')],
  ['SIGTERM', (watched: Watching) => watched.signal('SIGTERM')],
  ['SIGHUP', (watched: Watching) => watched.signal('SIGHUP')],
])('%s gives the terminal back too, even while an answer is waited for', async (_, end) => {
  const socket = await answering({ status: () => never });
  const watched = watching('status', '--watch', '--socket', socket);
  await watched.until((shown) => shown.includes('asking'));
  end(watched);
  await expectRestored(watched, 0);
});

test('of a daemon that falls silent nothing stays on the screen', async () => {
  let silent = false;
  const socket = await answering({ status: () => (silent ? never : report()) });
  const watched = watching('status', '--watch', '100ms', '--socket', socket);
  await watched.until((shown) => shown.includes('vsbak'));
  silent = true;
  await watched.until((shown) => shown.includes('No answer:'));
  expect(watched.page()).not.toContain('vsbak');
  silent = false;
  await watched.until((shown) => shown.includes('vsbak'));
  watched.type('q');
  await expectRestored(watched, 0);
});

test('without a terminal there is no screen, and the advice is for programs', async () => {
  expect(await ran(['status', '--watch'])).toMatchObject({
    err: containing('there is no terminal\n  for programs: vspair status --json'),
    exitCode: 2,
  });
  expect(await ran(['status', '--watch', '5'])).toMatchObject({ err: containing('expected a time from 100ms to 1h'), exitCode: 2 });
});

test('a page clears what was there before it, line by line, and never scrolls', () => {
  expect(page(['a', 'b'], 3, 10)).toBe('\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J');
  expect(page(['a', 'b', 'c', 'd'], 3, 99)).toBe('\x1b[Ha\x1b[K\r\nb\x1b[K\r\n... 2 more lines: a taller window shows them\x1b[K\x1b[J');
});

test('a line that is cut keeps the end of its colours', () => {
  expect(cut('\x1b[31mabcdef\x1b[39m ghi', 4)).toBe('\x1b[31mabcd\x1b[39m');
  expect(cut('\x1b[31mabc\x1b[39m', 3)).toBe('\x1b[31mabc\x1b[39m');
});
