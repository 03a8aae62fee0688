// The log of the daemon: lines to standard output, readable or JSON; for the journal with its priorities (sd-daemon(3))
// instead of a time, which it notes by itself.
import { fstatSync } from 'node:fs';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createLogger as createWinston } from 'winston';
import type { Level, LogLine } from './line.ts';
import { redacted, withoutSecrets } from './redact.ts';

export interface LoggerOptions {
  readonly level: Level;
  readonly format: 'readable' | 'json';
  /** Standard output unless told otherwise. */
  readonly stream?: Writable;
  /** Whether the stream is read by systemd's journal; found out by itself for standard output. */
  readonly journal?: boolean;
}

export interface Logger {
  /** `fields` are for machines, in JSON only: the message alone must say it. */
  error(message: string, fields?: LogLine['fields']): void;
  warn(message: string, fields?: LogLine['fields']): void;
  info(message: string, fields?: LogLine['fields']): void;
  debug(message: string, fields?: LogLine['fields']): void;
  log(line: LogLine): void;
  setLevel(level: Level): void;
  /** Resolves when every line is handed to the system; later lines are dropped. */
  close(): Promise<void>;
}

const levels: Readonly<Record<Level, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
/** LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG of syslog(3). */
const priorities: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

export function createLogger(options: LoggerOptions): Logger {
  const stream = options.stream ?? process.stdout;
  const journal = options.journal ?? (options.stream === undefined && stdoutIsJournal());
  // Whoever reads our output may go away; the director stays.
  stream.on('error', () => undefined);
  const winston = createWinston({ levels: { ...levels }, level: options.level });
  const output = winston.pipe(linesTo(stream));
  let closed = false;

  const write = (level: Level, message: string, fields: LogLine['fields'] = {}): void => {
    if (closed || !winston.isLevelEnabled(level)) return;
    winston.log({ level, message: textOf({ level, message, fields }, options.format, journal) });
  };

  return {
    error: (message, fields) => write('error', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    info: (message, fields) => write('info', message, fields),
    debug: (message, fields) => write('debug', message, fields),
    log: ({ level, message, fields }) => write(level, message, fields),
    setLevel(level) {
      winston.level = level;
    },
    async close() {
      closed = true;
      winston.end();
      await finished(output);
      await flushed(stream);
    },
  };
}

/**
 * Takes every line at once: when its logger ends, winston ends a slower transport before it got what still waits. The
 * stream keeps what its reader has not taken, and `flushed` waits for that.
 */
function linesTo(stream: Writable): Writable {
  return new Writable({
    objectMode: true,
    write({ message }: { readonly message: string }, _encoding, done) {
      stream.write(`${message}\n`);
      done();
    },
  });
}

/** A stream that failed answers at once, with the error that its listener has seen. */
async function flushed(stream: Writable): Promise<void> {
  const written: PromiseWithResolvers<void> = Promise.withResolvers();
  stream.write('', () => written.resolve());
  await written.promise;
}

function textOf({ level, message, fields }: LogLine, as: LoggerOptions['format'], journal: boolean): string {
  const time = new Date().toISOString();
  const prefix = journal ? `<${priorities[level]}>` : '';
  if (as === 'json') return prefix + JSON.stringify(redacted({ ...(journal ? {} : { time }), level, message, ...fields }));
  const text = oneLine(withoutSecrets(message));
  return journal ? prefix + text : `${time} ${level.padEnd(5)} ${text}`;
}

/** A name or an answer from outside must not be able to write lines of its own. */
const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JOURNAL_STREAM is inherited by everything that a service starts: only the same device and inode mean our own output. */
function stdoutIsJournal(): boolean {
  const { dev, ino } = fstatSync(1);
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}
