// `rules edit` at a real pseudo-terminal, with editors that are small real scripts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rules, server, service } from '../rules/documents.ts';
import { directory } from './process.ts';
import { type RulesDaemon, rulesDaemon } from './rulesDaemon.ts';
import { type Session, typed } from './typing.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 2 })]);

interface Edited extends Session {
  /** What is left in the directory for temporary files. */
  readonly left: readonly string[];
}

/** `editor`: lines of shell; `$1` is the file. */
async function edited(
  daemon: RulesDaemon,
  editor: string,
  answers: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Edited> {
  const place = directory();
  const script = join(place, 'editor');
  writeFileSync(script, `#!/bin/sh\n${editor}\n`);
  chmodSync(script, 0o755);
  const temporary = directory();
  const argv = [process.execPath, main, 'rules', 'edit', '-m', 'by hand', '--socket', daemon.socket];
  const prompts = answers.map((answer) => ({ prompt: '[y/N]', answer: `${answer}\n` }));
  const session = await typed(argv, { EDITOR: script, VISUAL: '', TMPDIR: temporary, NO_COLOR: '1', ...env }, prompts);
  return { ...session, left: readdirSync(temporary).map((name) => join(temporary, name, 'rules.yaml')) };
}

async function daemonWithRules(): Promise<RulesDaemon> {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  return daemon;
}

test('what was edited is applied on top of what was shown, and leaves no file', async () => {
  const daemon = await daemonWithRules();
  const { shown, exitCode, left } = await edited(daemon, `sed -i 's/weight: 2/weight: 3/' "$1"`);
  expect(shown).toContain('~ server 10.0.0.12:80: weight 2 -> 3');
  expect(shown).toContain('revision 2 is accepted');
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
  expect(daemon.store.current()).toMatchObject({ message: 'by hand', document: { services: [{ servers: [{}, { weight: 3 }] }] } });
});

test('the editor is $VISUAL before $EDITOR, with the options that it holds', async () => {
  const daemon = await daemonWithRules();
  const { exitCode } = await edited(daemon, 'exit 1', [], { VISUAL: `sed -i 's/weight: 2/weight: 4/'` });
  expect(exitCode).toBe(0);
  expect(daemon.store.current()?.document).toMatchObject({ services: [{ servers: [{}, { weight: 4 }] }] });
});

test('what is taken and probably not meant so is told', async () => {
  const { shown, exitCode } = await edited(await daemonWithRules(), `printf 'services:\\n  - address: 10.0.0.1:81\\n' > "$1"`);
  expect(shown).toContain('warning: service tcp 10.0.0.1:81 has no servers: clients are refused');
  expect(exitCode).toBe(0);
});

test('when nothing was changed nothing is applied', async () => {
  const daemon = await daemonWithRules();
  const { shown, exitCode, left } = await edited(daemon, `echo '# a comment' >> "$1"`);
  expect(shown).toContain('there is nothing to change: revision 1 says the same');
  expect({ exitCode, left, revision: daemon.store.current()?.revision }).toEqual({ exitCode: 0, left: [], revision: 1 });
});

test('mistakes are shown with their places, and the text is there to be edited again', async () => {
  const daemon = await daemonWithRules();
  const first = `if grep -q 'weight: 2' "$1"; then sed -i 's/weight: 2/weight: much/' "$1"; else sed -i 's/weight: much/weight: 5/' "$1"; fi`;
  const { shown, exitCode } = await edited(daemon, first, ['y']);
  expect(shown).toMatch(/rules\.yaml:\d+:42: services\[0\]\.servers\[1\]\.weight is "much"; expected a weight/);
  expect(shown).toContain('1 problem. Edit it again? [y/N]');
  expect(exitCode).toBe(0);
  expect(daemon.store.current()?.document).toMatchObject({ services: [{ servers: [{}, { weight: 5 }] }] });
});

test('a text with mistakes that is not edited again is kept, and its place is told', async () => {
  const daemon = await daemonWithRules();
  const { shown, exitCode, left } = await edited(daemon, `sed -i 's/weight: 2/weight: much/' "$1"`, ['n']);
  const [file = ''] = left;
  expect(shown).toContain(`your text is kept in ${file}`);
  expect(shown).toContain('[VSP_RULES_INVALID]');
  expect(readFileSync(file, 'utf8')).toContain('weight: much');
  expect({ exitCode, revision: daemon.store.current()?.revision }).toEqual({ exitCode: 6, revision: 1 });
});

test('when somebody else applied meanwhile the text is kept, and both changes are shown', async () => {
  const daemon = await daemonWithRules();
  const other = join(directory(), 'other.yaml');
  writeFileSync(other, 'services: []\n');
  const apply = `'${process.execPath}' '${main}' rules apply '${other}' --socket '${daemon.socket}' > /dev/null`;
  const { shown, exitCode, left } = await edited(daemon, `${apply}; sed -i 's/weight: 2/weight: 3/' "$1"`);
  expect(shown).toContain('since revision 1 somebody else changed:\n  - tcp 10.0.0.1:80');
  expect(shown).toContain('yours would change of revision 2:\n  + tcp 10.0.0.1:80');
  expect(shown).toContain(`your text is kept in ${left[0] ?? 'no file'}`);
  expect(shown).toContain(`then vspair rules apply ${left[0] ?? 'no file'} --force [VSP_RULES_CONFLICT]`);
  expect(existsSync(left[0] ?? '')).toBe(true);
  expect({ exitCode, revision: daemon.store.current()?.revision }).toEqual({ exitCode: 4, revision: 2 });
});

test('an editor that fails changes nothing', async () => {
  const daemon = await daemonWithRules();
  const { shown, exitCode, left } = await edited(daemon, 'exit 3');
  expect(shown).toContain('editor ended with exit code 3');
  expect(shown).not.toContain('your text is kept');
  expect({ exitCode, left, revision: daemon.store.current()?.revision }).toEqual({ exitCode: 4, left: [], revision: 1 });
});

/** What a command says whose standard input is a pipe. */
async function piped(input: string, { socket }: RulesDaemon, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [main, 'rules', ...words, '--socket', socket], { env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
  child.stdin.end(input);
  await once(child, 'close');
  return said;
}

test('without a terminal there is no editor to open', async () => {
  const daemon = await daemonWithRules();
  expect(await piped('', daemon, ['edit'], { EDITOR: '', VISUAL: '' })).toContain('there is no terminal; change a file instead');
});

test('a script as editor needs no terminal', async () => {
  const daemon = await daemonWithRules();
  await piped('', daemon, ['edit'], { EDITOR: `sed -i 's/weight: 2/weight: 3/'`, VISUAL: '' });
  expect(daemon.store.current()?.document).toMatchObject({ services: [{ servers: [{}, { weight: 3 }] }] });
});

test('rules apply - takes the rules from standard input', async () => {
  const daemon = await daemonWithRules();
  expect(await piped('services: []', daemon, ['apply', '-'])).toContain('revision 2 is accepted');
  expect(daemon.store.current()?.document.services).toEqual([]);
});

test('differences have colours at a terminal, and none when NO_COLOR asks for none', async () => {
  const daemon = await daemonWithRules();
  await daemon.apply(rules({ ...web, scheduler: 'wlc' }));
  const argv = [process.execPath, main, 'rules', 'diff', '--socket', daemon.socket];
  const coloured = await typed(argv, { NO_COLOR: '', FORCE_COLOR: '' });
  expect(coloured.shown).toContain('\x1b[33m~ scheduler rr -> wlc\x1b[39m');
  expect((await typed(argv, { NO_COLOR: '1' })).shown).not.toContain('\x1b[3');
});
