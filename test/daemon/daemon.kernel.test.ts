// The real daemon of one director, on a host of the lab where no peer answers.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { collectionFlags } from '../../src/daemon/garbageCollection.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { eventually } from '../eventually.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import type { LabProcess } from '../lab/labProcess.ts';
import { configText } from '../lab/texts.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await createCluster();
});
afterAll(() => cluster.close());

/** A start is not what is tested; on a busy machine it takes its time. */
const startMs = 30_000;

const config = (...sections: readonly string[]): string => configText(cluster, { sections });
const fileOf = ({ folder }: Director, name: string): string => join(folder, name);

/** A running daemon, which has taken over since it hears nobody; for the tests of one `describe`. */
function running(...sections: readonly string[]): () => Director {
  let director: Director | undefined;
  beforeAll(async () => {
    director = startDirector(cluster.vs1, config(...sections));
    await director.untilPhase('active', startMs);
  });
  afterAll(() => director?.stop());
  return () => director ?? expect.fail('it did not start');
}

/** The file with another content, until the test is over. */
function changed(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8');
  onTestFinished(() => writeFileSync(file, before));
  writeFileSync(file, change(before));
}

const argvOf = (pid: number): string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);

/** What has happened to it meanwhile: nothing, if it is the same before and after. */
async function lifeOf(director: Director): Promise<unknown> {
  const { self } = await director.status();
  return [
    self.daemon.pid,
    self.keeper.incarnation,
    self.keeper.groups.map(({ phase }) => phase),
    await director.host.exec(['ip', '-br', 'a']),
  ];
}

describe('a running daemon', () => {
  const daemon = running('log: { level: debug, format: json }');

  test('prints no warning of Node, though it calls what is experimental', () => {
    expect(daemon().process.output).not.toMatch(/Warning/);
  });

  test('lets its owner and its group alone command it', () => {
    expect(statSync(fileOf(daemon(), 'socket')).mode & 0o777).toBe(0o660);
  });

  test('logs each fact as one object of JSON when it is asked to', () => {
    const lines = daemon().process.output.split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const fact: unknown = JSON.parse(line);
      expect(fact).toMatchObject({
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        level: expect.stringMatching(/^(error|warn|info|debug)$/) as unknown,
        message: expect.any(String) as unknown,
      });
    }
  });

  test('shows its key to nobody: not in its status, its log, its arguments or its environment', async () => {
    const encoded = /^1:(\S+)$/m.exec(readFileSync(fileOf(daemon(), 'secret'), 'utf8'))?.[1] ?? expect.fail('the secret has no key');
    const key = Buffer.from(encoded, 'base64');
    const { output, exitCode } = await daemon().command('status', '--json');
    expect(exitCode).toBe(exitCodes.peerNotHeard);
    const proc = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${daemon().process.pid}/${name}`, 'latin1'));
    const told = [output, daemon().process.output, ...proc].join('\n');
    for (const form of [encoded, key.toString('hex'), key.toString('base64url'), key.toString('latin1'), [...key].join(',')]) {
      expect(told).not.toContain(form);
    }
  });

  test('is not disturbed by a second one on its socket, which ends with exit code 8 before it has touched anything', async () => {
    const before = [await lifeOf(daemon()), readFileSync(fileOf(daemon(), 'state/incarnation.json'), 'utf8')];
    const { exitCode, output } = await daemon().command('run');
    expect(exitCode).toBe(8);
    expect(output).toContain('VSP_ALREADY_RUNNING');
    expect(output).not.toContain('keeper');
    expect([await lifeOf(daemon()), readFileSync(fileOf(daemon(), 'state/incarnation.json'), 'utf8')]).toEqual(before);
  });

  test('is not disturbed by a second one with another socket, which could hear no adverts', async () => {
    const before = await lifeOf(daemon());
    const argv = argvOf(daemon().process.pid).map((word) => word.replace(/\/(socket|state)$/, '/other-$1'));
    const second = cluster.vs1.spawn(argv);
    expect(await second.exited).toEqual({ code: 78, signal: null });
    expect(second.output).toMatch(/10\.0\.0\.2 port 1112: cannot hear adverts: .*\n.*\[VSP_ADDRESS_UNUSABLE\]/);
    expect(second.output).not.toContain('keeper');
    expect(await lifeOf(daemon())).toEqual(before);
  });

  test.each([
    ['a secret that others can read', 'VSP_SECRET_UNSAFE', () => chmodUntilFinished(fileOf(daemon(), 'secret'), 0o644, 0o600)],
    [
      'a virtual IP on an interface that is not there',
      /vspair\.yaml:10:38: .*eth7/,
      () => changed(fileOf(daemon(), 'vspair.yaml'), (text) => text.replace('/24, dev: eth0', '/24, dev: eth7')),
    ],
    [
      'a key that the configuration does not know',
      /vspair\.yaml:12:1: .*alert/,
      () => changed(fileOf(daemon(), 'vspair.yaml'), (text) => text.replace('log:', 'alert: []\nlog:')),
    ],
  ])('another start with %s ends with exit code 78 and says where', async (_title, complaint, spoil) => {
    await spoil();
    const { exitCode, output } = await daemon().command('run');
    expect(exitCode).toBe(78);
    expect(output).toMatch(complaint);
  });
});

async function chmodUntilFinished(file: string, mode: number, before: number): Promise<void> {
  await chmod(file, mode);
  onTestFinished(() => chmod(file, before));
}

describe('started without the flags for the collection of garbage', () => {
  const daemon = running();

  test('it starts itself again with them, as the process that it was', async () => {
    const argv = daemon().process.argv.filter((word) => !collectionFlags.includes(word));
    await daemon().stop();
    const bare = cluster.vs1.spawn(argv);
    await bare.line(/ACTIVE/, startMs);
    expect((await daemon().status()).self.daemon.pid).toBe(bare.pid);
    expect(argvOf(bare.pid)).toEqual([process.execPath, ...collectionFlags, ...argv.slice(1)]);
    await bare.stop();
  });
});

describe('SIGHUP has the configuration read again by the running daemon', () => {
  const daemon = running();

  async function reloaded(answer: RegExp): Promise<void> {
    const before = await lifeOf(daemon());
    daemon().process.signal('SIGHUP');
    await daemon().process.line(answer);
    expect(await lifeOf(daemon())).toEqual(before);
  }

  test('when it is wrong the running one stays, and each mistake is told with its place', async () => {
    changed(fileOf(daemon(), 'vspair.yaml'), (text) => text.replace('vrid: 51', 'vrid: 512'));
    await reloaded(/error .*vspair\.yaml was not put in force: the running configuration stays/);
    expect(daemon().process.output).toMatch(/error .*vspair\.yaml:8:11: .*512/);
  });

  test('when it is right it is put in force', async () => {
    changed(fileOf(daemon(), 'vspair.yaml'), (text) => text.replace('priority: 150', 'priority: 140').replace('vrid: 512', 'vrid: 51'));
    await reloaded(/info .*reload: directors.*priority/);
    expect((await daemon().status()).self.keeper.groups[0]?.priority).toBe(140);
  });

  test('when it cannot be read the running one stays', async () => {
    const file = fileOf(daemon(), 'vspair.yaml');
    changed(file, (text) => text);
    rmSync(file);
    await reloaded(/error .*vspair\.yaml.*no such file/);
  });
});

describe('with the journal for its standard output', () => {
  /** As systemd does, it tells the daemon which file the journal reads; the test reads instead. */
  const underJournal = (argv: readonly string[]): LabProcess =>
    cluster.vs1.spawn(['sh', '-c', 'export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1); exec "$@"', 'sh', ...argv]);

  const daemon = running();

  test('each line begins with its priority, and has no time, which the journal notes by itself', async () => {
    const { argv } = daemon().process;
    await daemon().stop();
    const logging = underJournal(argv);
    await logging.line(/^<4>web \(VRID 51\): ACTIVE: /, startMs);
    await logging.stop();
    expect(logging.output.split('\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^<6>vspair [\d.]+: vs1 of cluster lab has started$/),
        expect.stringMatching(/^<6>stopping: /),
      ]),
    );
    for (const line of logging.output.split('\n')) expect(line).toMatch(/^<[3467]>\D/);
  });
});

describe('when the keeper ends by a mistake', () => {
  let director: Director;
  let mistake: string;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vspair-mistake-'));
    cluster.onClose(() => rmSync(folder, { recursive: true, force: true }));
    mistake = join(folder, 'mistake');
    const options = `--import=${join(import.meta.dirname, 'mistake.ts')}`;
    director = startDirector(cluster.vs1, config(), { NODE_OPTIONS: options, VSPAIR_TEST_MISTAKE: mistake });
    await director.untilPhase('active', startMs);
  });
  afterAll(() => director.stop());

  test('the daemon ends with exit code 1 and tells the mistake, and the next one adopts what the kernel holds', async () => {
    writeFileSync(mistake, '');
    expect(await director.process.exited).toEqual({ code: 1, signal: null });
    expect(director.process.output).toMatch(/error the keeper ended by a mistake in vspair; .*: Error: a mistake made by the test/);
    expect(await director.host.exec(['ip', '-br', 'address', 'show', 'dev', 'eth0'])).toContain('10.0.0.1/24');
    rmSync(mistake);
    director.start();
    const { self } = await director.untilPhase('active', startMs);
    expect(self.keeper.incarnation).toBe(2);
  });

  test('also while it is asked to stop: the daemon does not wait for what will never come', async () => {
    writeFileSync(`${mistake}-at-stop`, '');
    expect(await director.stop()).toEqual({ code: 1, signal: null });
    expect(director.process.output).toMatch(/error the keeper ended by a mistake in vspair/);
  });
});

describe('a stop', () => {
  test('that comes while the daemon starts is not lost: it releases what it has taken, and ends', async () => {
    const director = startDirector(cluster.vs1, config());
    await eventually(() => existsSync(fileOf(director, 'socket'))).toBe(true);
    expect(await director.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(fileOf(director, 'socket'))).toBe(false);
  });
});
