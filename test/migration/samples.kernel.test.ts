// Every sample that keepalived and ldirectord ship, as Debian packs them: imported, and migrated where it has instances.
// Among the tests that have the machine, because apt fetches the packages when they are not here.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { configText } from '../../src/cli/renderConfig.ts';
import { rulesText } from '../../src/cli/renderRules.ts';
import { parseConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/errors/place.ts';
import { migrateKeepalived } from '../../src/migration/keepalived/migrate.ts';
import { parseRules } from '../../src/rules/load.ts';
import { fetchSamples, samplesIn } from './files.ts';
import { noFiles, parsed, silentLines } from './imports.ts';

beforeAll(fetchSamples, 60_000);

/** For the one sample that has conditions; the others take no notice. */
const configId = 'high';

const read = (file: string) => ({ file: basename(file), text: readFileSync(file, 'utf8') });

test('there are the samples of both packages', () => {
  expect(samplesIn('keepalived')).toHaveLength(25);
  expect(samplesIn('ldirectord')).toHaveLength(1);
});

test('each is read without a mistake, by its content, as a rules file that the loader takes', () => {
  for (const [name, files] of [
    ['keepalived', samplesIn('keepalived')],
    ['ldirectord', samplesIn('ldirectord')],
  ] as const) {
    for (const file of files) {
      const { format, document } = parsed(read(file), configId);
      const checked = parseRules(rulesText(document), basename(file));
      expect({ file, format, problems: checked.ok ? [] : checked.problems.map(problemText) }).toEqual({ file, format: name, problems: [] });
      expect(document.services.length > 0).toBe(/^virtual(_server)?[ =]/m.test(read(file).text));
    }
  }
});

test('none has a line that is passed over in silence', () => {
  for (const file of [...samplesIn('keepalived'), ...samplesIn('ldirectord')])
    expect({ file, lines: silentLines(read(file).text, configId) }).toEqual({ file, lines: [] });
});

test('each with instances becomes a configuration in which only gaps are wrong', () => {
  for (const file of samplesIn('keepalived')) {
    const source = read(file);
    const { config, problems } = migrateKeepalived([{ ...source, configId }], { cluster: undefined, names: [], findFiles: noFiles });
    const instances = /^vrrp_instance/m.test(source.text);
    expect({ file, wrong: problems.map(problemText).length }).toEqual({ file, wrong: instances ? 0 : 1 });
    const checked = parseConfig(configText(config), 'vspair.yaml');
    const rest = checked.ok || !instances ? [] : checked.problems.map(problemText).filter((problem) => !problem.includes('<fill in: '));
    expect({ file, rest }).toEqual({ file, rest: [] });
  }
});
