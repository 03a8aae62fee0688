// The command line's own definitions, as the manual reads them.
import { expect, test } from 'vitest';
import { addFailover } from '../../src/cli/commands/failover.ts';
import { addRules } from '../../src/cli/commands/rules/rules.ts';
import { commandOf } from '../../src/packaging/commandTree.ts';

test('a command tells its options with their other names, defaults and examples', () => {
  const { words, options, examples } = commandOf(addFailover);
  expect(words).toBe('failover');
  expect(options).toContainEqual(expect.objectContaining({ names: ['--yes', '-y'], takesValue: false }));
  expect(options).toContainEqual(expect.objectContaining({ names: ['--to'], takesValue: true }));
  expect(examples[0]?.line).toMatch(/^vspair failover/);
});

test('a command of commands tells each of them by its whole words, with what it takes', () => {
  const rules = commandOf(addRules);
  const set = rules.commands.find(({ words }) => words === 'rules set <service> <server>');
  expect(set?.positionals.map(({ names }) => names)).toEqual([['service'], ['server']]);
  expect(set?.options.flatMap(({ names }) => names)).toEqual(expect.arrayContaining(['--weight', '--message', '-m', '--wait']));
});
