// `vspair status --watch`: the status as it is now, again and again. What is on the screen is always the last answer, with its
// time; when there is none any more nothing of it stays.
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlClient } from '../control/client.ts';
import type { StatusReport } from '../control/status.ts';
import { VspairError } from '../errors/catalogue.ts';
import { askDaemon } from './ask.ts';
import type { GlobalOptions } from './options.ts';
import { statusText } from './renderStatus.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** An answer that takes longer is none: the page would show what was. A peer that is waited for costs half of it. */
const answerMs = 3_000;

export async function watchStatus(options: GlobalOptions, everyMs: number, screen: Screen, world: World): Promise<void> {
  let lines: readonly string[] = [heading(everyMs, 'asking')];
  const leaving = new AbortController();
  let asking: ControlClient | undefined;
  const draw = (): void => screen.show(lines);
  screen.onResize(draw);
  const left = screen.left.then(() => {
    leaving.abort();
    // An answer that is still waited for would keep the process.
    asking?.close();
  });
  draw();
  while (!leaving.signal.aborted) {
    const connect: World['connect'] = async (socket) => {
      asking = await world.connect(socket);
      return asking;
    };
    const news = askOnce(options, { ...world, connect }).then((said) => {
      lines = [heading(everyMs, new Date().toLocaleTimeString('sv')), '', ...said.split('\n')];
      if (!leaving.signal.aborted) draw();
    });
    await Promise.race([Promise.all([news, pause(everyMs, undefined, { ref: false })]), left]);
  }
}

const heading = (everyMs: number, when: string): string => `vspair status, every ${everyMs / 1000} s, q ends: ${when}`;

/** Never rejects: that there is no answer is one. */
async function askOnce(options: GlobalOptions, world: World): Promise<string> {
  try {
    return statusText(await reportOf(options, world), world.paint.out);
  } catch (error) {
    if (!(error instanceof VspairError)) throw error;
    return `${world.paint.out('red', `No answer: ${error.message}.`)}\n${error.advice}\n\nNothing is shown of what was said before.`;
  }
}

const reportOf = (options: GlobalOptions, world: World): Promise<StatusReport> =>
  askDaemon(options, world, (client) => client.ask('status', {}, { timeoutMs: answerMs }));
