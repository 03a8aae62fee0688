// The style of the whole repository, as far as a machine can keep it. rules.test.ts shows each rule at work on a sample.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { bannedConstructs } from './constructs.ts';
import { commandDisagreement, disagreement, missingEntries, numbersInTables, strays, unknownScripts } from './documents.ts';
import { type Finding, findingText } from './finding.ts';
import { bannedImports, bannedInKeeperThread, importsOf } from './imports.ts';
import { badLock, type LockFile } from './lockfile.ts';
import { filesUnder, readSource } from './source.ts';
import { badForm, bannedWords } from './words.ts';

interface PackageFile {
  readonly scripts: Readonly<Record<string, string>>;
}

const sources = filesUnder(['src', 'test'], ['.ts']).map(readSource);
const imports = sources.flatMap(importsOf);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as PackageFile;
/** The rules themselves and their samples must spell what they ban. */
const spellsWhatItBans = ['test/style/words.ts', 'test/style/rules.test.ts'];
const texts = filesUnder(
  ['src', 'test', 'config', 'systemd', '.ci'],
  ['.ts', '.js', '.json', '.md', '.py', '.sh', '.yaml', '.service', 'run'],
)
  .concat(['README.md', 'package.json', 'package-lock.json', 'tsconfig.json', '.gitignore'].filter((path) => existsSync(path)))
  .filter((path) => !spellsWhatItBans.includes(path))
  .map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n') }));

const none = (findings: readonly Finding[]): void => {
  expect(findings.map(findingText).join('\n')).toBe('');
};

test('each folder imports only what its place in the program allows', () => {
  none(bannedImports(imports));
});

test("nothing that can stall is loaded in the keeper's thread", () => {
  none(bannedInKeeperThread(imports));
});

test('banned constructs and calls do not occur', () => {
  none(sources.flatMap((source) => bannedConstructs(source)));
});

test('banned words do not occur', () => {
  none(texts.flatMap(({ path, lines }) => bannedWords(path, lines)));
});

test('every file has a header, a length to read at one go, and a name that says something', () => {
  none(sources.flatMap(badForm));
});

test('the lock file installs by npm 9 to 11 and names no registry', () => {
  none(badLock(JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile));
});

test('the exit codes in the documents are those of the program', () => {
  const documents = ['README.md', 'src/cli/EXIT-CODES.md'].filter((path) => existsSync(path));
  none(documents.flatMap((path) => disagreement(path, numbersInTables(readFileSync(path, 'utf8')), Object.values(exitCodes))));
});

test('the README names the commands that exist', () => {
  const commands = readdirSync('src/cli/commands').map((name) => name.replace('.ts', ''));
  none(commandDisagreement('README.md', readFileSync('README.md', 'utf8').split('\n'), commands));
});

test('systemd does not start the daemon again where only a person can repair it', () => {
  const unit = readFileSync('systemd/vspair.service', 'utf8');
  const codes = /^RestartPreventExitStatus=(.*)$/m.exec(unit)?.[1]?.split(' ').map(Number);
  expect(codes).toEqual([exitCodes.usage, exitCodes.permission, exitCodes.configInvalid]);
});

test('the documents name scripts that exist, and the scripts start files that exist', () => {
  const documents = texts.filter(({ path }) => path.endsWith('.md') || path === '.ci/run');
  none(documents.flatMap(({ path, lines }) => unknownScripts(path, lines, Object.keys(scripts))));
  none(missingEntries(scripts, (path) => existsSync(path)));
});

test('the top level holds only what a newcomer must see', () => {
  none(strays(readdirSync('.')));
});
