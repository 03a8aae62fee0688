import { spawnSync } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createLogger, type Logger, type LoggerOptions } from '../../src/log/logger.ts';

async function written(options: Partial<LoggerOptions>, log: (logger: Logger) => void): Promise<string> {
  const stream = new PassThrough();
  const logger = createLogger({ level: 'info', format: 'readable', stream, ...options });
  log(logger);
  await logger.close();
  stream.end();
  return text(stream);
}

test('a readable line has time, level and message', async () => {
  expect(await written({}, (logger) => logger.warn('web: something'))).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z warn {2}web: something\n$/);
});

test('a JSON line has the fields too', async () => {
  const line = await written({ format: 'json' }, (logger) => logger.log({ level: 'error', message: 'm', fields: { vrid: 51 } }));
  expect(JSON.parse(line)).toEqual({ time: expect.stringMatching(/Z$/) as unknown, level: 'error', message: 'm', vrid: 51 });
});

test('for the journal each line has its priority, and no time', async () => {
  const log = (logger: Logger): void => {
    for (const level of ['error', 'warn', 'info', 'debug'] as const) logger.log({ level, message: level, fields: {} });
  };
  expect(await written({ journal: true, level: 'debug' }, log)).toBe('<3>error\n<4>warn\n<6>info\n<7>debug\n');
  expect(await written({ journal: true, format: 'json' }, (logger) => logger.info('m'))).toBe('<6>{"level":"info","message":"m"}\n');
});

test('levels below the chosen one are not written', async () => {
  const log = (logger: Logger): void => {
    logger.info('quiet');
    logger.warn('loud');
  };
  expect(await written({ level: 'warn', journal: true }, log)).toBe('<4>loud\n');
});

test('whatever a message contains, it is one line', async () => {
  const line = await written({ journal: true }, (logger) => logger.info('a\n<0>forged\r\u001b[2J\u2028\u0085 %s %d'));
  expect(line).toBe('<6>a\\u000a<0>forged\\u000d\\u001b[2J\\u2028\\u0085 %s %d\n');
});

test('no line shows a password', async () => {
  const log = (logger: Logger): void =>
    logger.error('connect redis://user:hunter2@10.0.0.9/0 failed', {
      url: 'rediss://:hun/ter2@host',
      password: 'hunter2',
      nested: { secretKey: 'hunter2', list: ['redis://u:hunter2@h'] },
      cause: new Error('at redis://u:hunter2@h'),
    });
  for (const format of ['json', 'readable'] as const) {
    const line = await written({ format }, log);
    expect(line).not.toContain('hunter2');
    expect(line).toContain('redis://***@10.0.0.9/0');
  }
});

test('closing waits until a slow reader has every line', async () => {
  const lines: string[] = [];
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) lines.push(chunk.toString());
      setImmediate(done);
    },
  });
  const logger = createLogger({ level: 'info', format: 'readable', stream: slow, journal: true });
  for (let number = 0; number < 500; number += 1) logger.info(`line ${number}`);
  await logger.close();
  expect(lines).toHaveLength(500);
  logger.info('too late');
  expect(lines).toHaveLength(500);
});

test('a reader that is gone does not end the program', async () => {
  const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const logger = createLogger({ level: 'info', format: 'readable', stream: gone });
  logger.info('one');
  logger.info('two');
  await logger.close();
});

test('standard output gets every line although the process ends at once, and JOURNAL_STREAM of somebody else is ignored', () => {
  const script = `import { createLogger } from './src/log/logger.ts';
    const logger = createLogger({ level: 'info', format: 'readable' });
    for (let n = 0; n < 1000; n++) logger.info('line ' + n);
    await logger.close();
    process.exit(0);`;
  const env = { ...process.env, JOURNAL_STREAM: '1:2' };
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1000);
  expect(lines[999]).toMatch(/Z info {2}line 999$/);
});
