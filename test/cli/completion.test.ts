// What TAB offers where a name belongs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { namesToComplete } from '../../src/cli/completion.ts';
import { revisionOf } from '../../src/rules/revision.ts';
import { rules, server, service } from '../rules/documents.ts';
import { directory } from './process.ts';

const config = new URL('../../config/vspair.yaml', import.meta.url).pathname;

const offered = (...words: readonly string[]): readonly string[] | undefined => namesToComplete(['vspair', ...words]);

test('the groups and the directors are those of the configuration', () => {
  expect(offered('failover', '--config', config, '--group', '')).toEqual(['web']);
  expect(offered('failover', '--config', config, '--to', 'vsb')).toEqual(['vsbak']);
});

/** A state directory with rules of one service and two servers. */
function rulesOnDisk(): string {
  const state = directory();
  const facts = { revision: 1, writtenBy: '0.1.0', author: 'op', time: '2026-11-23T10:00:00.000Z', message: '' };
  const document = rules(service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')]));
  writeFileSync(join(state, 'rules.json'), JSON.stringify(revisionOf(document, facts)));
  return state;
}

const namesOf = (state: string, ...words: readonly string[]): readonly string[] | undefined => offered('--state-dir', state, ...words);

test('fish does not name the program', () => {
  expect(namesToComplete(['failover', '--config', config, '--group', ''])).toEqual(['web']);
});

test('a configuration that is not there offers nothing, and is no error', () => {
  expect(offered('failover', '--config', '/nowhere/vspair.yaml', '--group', '')).toEqual([]);
});

test('where no name belongs, commands and options are offered', () => {
  expect(offered('fail')).toBeUndefined();
  expect(offered('rules', 'drain', '10.0.0.11', '--')).toBeUndefined();
});

test('services and servers are those of the rules on this disk, in the form that one word can have', () => {
  const state = rulesOnDisk();
  expect(namesOf(state, 'rules', 'set', '')).toEqual(['tcp/10.0.0.1:80']);
  expect(namesOf(state, 'rules', 'set', 'tcp/10.0.0.1:80', '')).toEqual(['10.0.0.11:80', '10.0.0.12:80']);
  expect(namesOf(state, 'rules', 'drain', '10.0.0.12')).toEqual(['10.0.0.12:80']);
});

test('zsh would take what follows a colon for a description', () => {
  const { SHELL } = process.env;
  onTestFinished(() => {
    process.env['SHELL'] = SHELL;
  });
  process.env['SHELL'] = '/bin/zsh';
  expect(namesOf(rulesOnDisk(), 'rules', 'drain', '')).toEqual(['10.0.0.11\\:80', '10.0.0.12\\:80']);
});
