// Each style rule at work on a sample that breaks it, and on its neighbour that does not.
import { describe, expect, test } from 'vitest';
import { bannedConstructs } from './constructs.ts';
import { commandDisagreement, disagreement, missingEntries, numbersInTables, strays, unknownScripts } from './documents.ts';
import { type Finding, findingText } from './finding.ts';
import { bannedImports, bannedInKeeperThread, importsOf } from './imports.ts';
import { badLock } from './lockfile.ts';
import { sourceOf } from './source.ts';
import { badForm, bannedWords } from './words.ts';

const places = (findings: readonly Finding[]): string[] => findings.map(({ file, line, banned }) => `${file}:${line} ${banned}`);
const constructs = (path: string, text: string): string[] => places(bannedConstructs(sourceOf(path, text)));
const imports = (path: string, text: string): string[] => places(bannedImports(importsOf(sourceOf(path, text))));

test('a finding names the place, the banned thing, and what to write instead', () => {
  const [finding] = bannedConstructs(sourceOf('src/core/x.ts', '\nconst t = Date.now();'));
  expect(finding === undefined ? '' : findingText(finding)).toBe(
    'src/core/x.ts:2: Date.now is banned: take `now` as an argument: time comes in with each event, or a run cannot be replayed',
  );
});

describe('constructs', () => {
  test.for<[string, string, string]>([
    ['src/core/x.ts', 'Date.now()', 'Date.now'],
    ['src/core/x.ts', 'performance.now()', 'performance.now'],
    ['src/wire/x.ts', 'new Date()', 'new Date'],
    ['src/keeper/story.ts', 'const clock = performance.now;', 'performance.now'],
    ['test/sim/network.ts', 'Math.random()', 'Math.random'],
    ['src/wire/x.ts', 'randomBytes(4)', 'randomBytes'],
    ['src/keeper/heartbeat.ts', 'setTimeout(f, 1)', 'setTimeout'],
    ['src/core/x.ts', 'process.env', 'process.env'],
    ['src/wire/x.ts', 'console.log(1)', 'console.log'],
    ['src/core/x.ts', 'throw new Error("x")', 'throw'],
    ['src/core/x.ts', 'const f = async () => 1', 'async'],
    ['src/wire/x.ts', 'await f', 'await'],
    ['src/store/x.ts', 'process.exit(1)', 'process.exit'],
    ['src/daemon/reports.ts', 'process.exit(1)', 'process.exit'],
    ['src/daemon/x.ts', 'console.error(1)', 'console.error'],
    ['src/cli/x.ts', 'let x: any', 'any'],
    ['src/cli/x.ts', 'x as any', 'any'],
    ['src/cli/x.ts', 'x!.y', '!'],
    ['src/cli/x.ts', 'let x!: string', '!'],
    ['src/cli/x.ts', 'x as unknown as string', 'as unknown as'],
    ['test/cli/x.ts', 'try { f() } catch {}', 'catch {}'],
    ['test/cli/x.ts', 'vi.mock("../src/x.ts")', 'vi.mock'],
    ['test/cli/x.ts', 'test.skip("x", f)', 'test.skip'],
    ['test/cli/x.ts', 'describe.skipIf(x)("x", f)', 'describe.skipIf'],
    ['test/cli/x.ts', 'test.only("x", f)', 'test.only'],
    ['test/cli/x.ts', 'it.todo("x")', 'it.todo'],
  ])('in %s: %s', ([path, text, banned]) => {
    expect(constructs(path, text)).toEqual([`${path}:1 ${banned}`]);
  });

  test.for<[string, string]>([
    ['src/core/x.ts', '// It never throws; Date.now() is not for here.'],
    ['src/core/x.ts', 'const text = "Math.random()"'],
    ['src/wire/x.ts', 'if (value > limit) throw new RangeError("x")'],
    ['src/keeper/worker.ts', 'setImmediate(() => process.exit(0))'],
    ['src/cli/x.ts', 'console.log(Date.now())'],
    ['src/cli/x.ts', 'const x = !y && z !== w'],
    ['src/cli/x.ts', 'x as unknown'],
    ['src/cli/x.ts', 'try { f() } catch { /* gone already */ }'],
    ['test/sim/main.ts', 'performance.now()'],
  ])('allowed in %s: %s', ([path, text]) => {
    expect(constructs(path, text)).toEqual([]);
  });
});

describe('imports', () => {
  test.for<[string, string, string]>([
    ['src/core/x.ts', "import { f } from '../wire/advert.ts'", 'src/wire/advert.ts'],
    ['src/core/x.ts', "import { createHmac } from 'node:crypto'", 'node:crypto'],
    ['src/core/x.ts', "import type { Rules } from '../rules/document.ts'", 'src/rules/document.ts'],
    ['src/wire/x.ts', "import { step } from '../core/step.ts'", 'src/core/step.ts'],
    ['src/wire/x.ts', "import { readFileSync } from 'node:fs'", 'node:fs'],
    ['src/keeper/x.ts', "import { open } from '../kernel/port.ts'", 'src/kernel/port.ts'],
    ['src/keeper/x.ts', "export { open } from '../log/log.ts'", 'src/log/log.ts'],
    ['src/keeper/x.ts', "await import('ioredis')", 'ioredis'],
    ['src/kernel/x.ts', "import { f } from '../keeper/runtime.ts'", 'src/keeper/runtime.ts'],
    ['src/store/x.ts', "import { f } from '../alerts/webhook.ts'", 'src/alerts/webhook.ts'],
    ['src/alerts/x.ts', "import { Redis } from 'ioredis'", 'ioredis'],
    ['src/daemon/x.ts', "import { f } from '../../test/lab/net.ts'", 'test/lab/net.ts'],
    ['src/daemon/x.ts', "import koffi from 'koffi'", 'koffi'],
  ])('in %s: %s', ([path, text, target]) => {
    expect(imports(path, text)).toEqual([`${path}:1 import of ${target}`]);
  });

  test.for<[string, string]>([
    ['src/wire/x.ts', "import type { Advert } from '../core/types.ts'"],
    ['src/keeper/worker.ts', "import { open } from '../kernel/port.ts'"],
    ['src/kernel/x.ts', "import type { KernelPort } from '../keeper/ports.ts'"],
    ['src/daemon/x.ts', "import { f } from '../store/redis.ts'"],
    ['src/cli/x.ts', "import yargs from 'yargs/yargs'"],
    ['test/lab/x.ts', "import { f } from '../../src/kernel/port.ts'"],
  ])('allowed in %s: %s', ([path, text]) => {
    expect(imports(path, text)).toEqual([]);
  });

  test("the keeper's thread is followed through every file that it loads", () => {
    const files = [
      sourceOf('src/keeper/worker.ts', "import { a } from '../kernel/a.ts'"),
      sourceOf('src/kernel/a.ts', "import { b } from './b.ts'"),
      sourceOf('src/kernel/b.ts', "import { spawn } from 'node:child_process'"),
    ];
    expect(places(bannedInKeeperThread(files.flatMap(importsOf)))).toEqual([
      "src/kernel/b.ts:1 node:child_process in the keeper's thread (src/keeper/worker.ts > src/kernel/a.ts > src/kernel/b.ts > node:child_process)",
    ]);
  });

  test('a type loads nothing', () => {
    const files = [
      sourceOf('src/keeper/worker.ts', "import type { A } from '../kernel/a.ts'; import { type B } from '../kernel/a.ts'"),
      sourceOf('src/kernel/a.ts', "import { Redis } from 'ioredis'"),
    ];
    expect(bannedInKeeperThread(files.flatMap(importsOf))).toEqual([]);
  });
});

describe('words', () => {
  test.for<[string, string]>([
    ['// TODO: later', 'TODO'],
    ['x(); // FIXME', 'FIXME'],
    ['// @ts-expect-error because', '@ts-expect-error'],
    ['// @ts-ignore', '@ts-ignore'],
    ['/* eslint-disable no-console */', 'eslint-disable'],
    ['// biome-ignore lint: because', 'biome-ignore'],
    ["const dir = '/home/somebody/vspair'", '/home/somebody/vspair'],
    ["const dir = '/root/vspair'", '/root/vspair'],
  ])('%s', ([line, banned]) => {
    expect(places(bannedWords('src/x.ts', ['// fine', line]))).toEqual([`src/x.ts:2 ${banned}`]);
  });

  test.for(['root=/dev/root', 'HOME=/root', '// mastodons', 'https://example.org/home/page', 'mkdir(join(folder, "work"))'])(
    'allowed: %s',
    (line) => {
      expect(bannedWords('src/x.ts', [line])).toEqual([]);
    },
  );
});

describe('form', () => {
  const form = (path: string, text: string): string[] => places(badForm(sourceOf(path, text)));

  test('a file begins with a header, after the line that names its interpreter', () => {
    expect(form('src/x.ts', 'const x = 1;')).toEqual(['src/x.ts:1 a file without a header']);
    expect(form('src/x.ts', '#!/usr/bin/env node\nconst x = 1;')).toEqual(['src/x.ts:2 a file without a header']);
    expect(form('src/x.ts', '#!/usr/bin/env node\n// What it is.')).toEqual([]);
    expect(form('test/x.ts', "import { test } from 'vitest';")).toEqual(['test/x.ts:1 a file without a header']);
    expect(form('test/x.test.ts', "import { test } from 'vitest';")).toEqual([]);
  });

  test('a comment ends before column 140', () => {
    expect(form('src/x.ts', `// x\n  // ${'x'.repeat(140)}`)).toEqual(['src/x.ts:2 a comment of 145 characters']);
    expect(form('src/x.ts', `// x\n * ${'x'.repeat(137)}`)).toEqual([]);
    expect(form('src/x.ts', `// x\nconst bytes = '${'0'.repeat(200)}';`)).toEqual([]);
  });

  test('a file of src ends at line 300, one of test at line 500', () => {
    expect(form('src/x.ts', `// x${'\n'.repeat(300)}`)).toEqual(['src/x.ts:301 a file of 301 lines']);
    expect(form('src/x.ts', `// x${'\n'.repeat(299)}`)).toEqual([]);
    expect(form('test/x.ts', `// x${'\n'.repeat(500)}`)).toEqual(['test/x.ts:501 a file of 501 lines']);
    expect(form('test/x.ts', `// x${'\n'.repeat(300)}`)).toEqual([]);
  });

  test.for(['src/utils/x.ts', 'src/peerManager.ts', 'test/lab/helpers.ts'])('a name says what it is: not %s', (path) => {
    expect(form(path, '// x')).toHaveLength(1);
  });
});

describe('lock file', () => {
  const banned = (packages: Parameters<typeof badLock>[0]['packages']): string[] => badLock({ packages }).map((finding) => finding.banned);

  test('names no registry', () => {
    expect(banned({ 'node_modules/a': { resolved: 'https://registry.example/a.tgz' } })).toEqual([
      'the address https://registry.example/a.tgz of node_modules/a',
    ]);
  });

  test('pins what package.json asks for', () => {
    expect(banned({ '': { dependencies: { a: '1.2.3' }, devDependencies: { b: '^1.2.3' } } })).toEqual(['b at ^1.2.3']);
  });

  test('has every optional package, also those of other platforms', () => {
    expect(banned({ 'node_modules/a': { optionalDependencies: { b: '1.0.0', c: '1.0.0' } }, 'node_modules/a/node_modules/b': {} })).toEqual(
      ['node_modules/a without its optional c'],
    );
  });

  test("has no native package that Debian 12's Node 18 leaves out", () => {
    const native = (node: string): string[] => banned({ 'node_modules/a': { optional: true, os: ['linux'], engines: { node } } });
    expect(native('^20.19.0 || >=22.12.0')).toEqual(['node_modules/a, which asks for Node ^20.19.0 || >=22.12.0']);
    expect(native('>=14.21.3')).toEqual([]);
    expect(native('^18.0.0 || ^20.0.0')).toEqual([]);
    expect(native('*')).toEqual([]);
    expect(banned({ 'node_modules/a': { optional: true, os: ['win32'], engines: { node: '>=22' } } })).toEqual([]);
  });
});

describe('documents', () => {
  test('a table of exit codes is that of the program', () => {
    const table = '| code | meaning |\n|---|---|\n| 0 | well |\n| `2` | usage |\n| 2 | again |\n| 9 | gone |\n';
    expect(numbersInTables(table)).toEqual([0, 2, 2, 9]);
    expect(disagreement('README.md', numbersInTables(table), [0, 1, 2]).map((finding) => finding.banned)).toEqual([
      'exit code 1 missing from the table',
      'exit code 9 in the table only',
      'exit code 2 in the table twice',
    ]);
  });

  test('a command that is spoken of exists, and one that exists is spoken of', () => {
    const lines = ['`vspair run` starts it', 'what vspair does', 'vspair check && vspair rules show', '`vspair dance`'];
    expect(places(commandDisagreement('README.md', lines, ['run', 'check', 'rules', 'status']))).toEqual([
      'README.md:4 vspair dance',
      'README.md:1 silence about vspair status',
    ]);
  });

  test('a script that is spoken of exists', () => {
    const lines = ['npm ci && npm run demo', 'then npm test, `npm run sim -- --seed 1`', 'npm ci'];
    expect(unknownScripts('README.md', lines, ['demo', 'sim', 'test'])).toEqual([]);
    expect(places(unknownScripts('README.md', lines, ['demo']))).toEqual(['README.md:2 npm test', 'README.md:2 npm run sim']);
  });

  test('a script starts a file that exists', () => {
    const scripts = { demo: 'node test/demo/main.ts', lint: 'eslint -c test/eslint.config.js src' };
    expect(missingEntries(scripts, (path) => path === 'test/demo/main.ts').map((finding) => finding.banned)).toEqual([
      'script lint starts test/eslint.config.js, which is not there',
    ]);
  });

  test('the top level stays empty of what belongs below', () => {
    expect(places(strays(['src', 'README.md', 'biome.json']))).toEqual(['biome.json:1 biome.json at the top']);
  });
});
