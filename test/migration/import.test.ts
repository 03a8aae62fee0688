// Files of any of the three programs: which it is, and that no text whatever makes a reader throw, hang or be silent.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configText } from '../../src/cli/renderConfig.ts';
import { rulesText } from '../../src/cli/renderRules.ts';
import { parseConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/errors/place.ts';
import { formatOf, formats } from '../../src/migration/import.ts';
import { migrateKeepalived } from '../../src/migration/keepalived/migrate.ts';
import { parseRules } from '../../src/rules/load.ts';
import { fixture } from './files.ts';
import { filesNamed, imported, noFiles, parsed, problemsOf, silentLines } from './imports.ts';

test.each([
  ['-A -t 10.0.0.1:80 -s rr', 'ipvsadm'],
  ['# saved\nipvsadm -A -f 1 -s rr', 'ipvsadm'],
  ['! Configuration File\n\nglobal_defs {', 'keepalived'],
  ['virtual_server 10.0.0.1 80\n{', 'keepalived'],
  ['$A=1\n', 'keepalived'],
  ['include /etc/keepalived/conf.d/*.conf', 'keepalived'],
  ['# ldirectord\nchecktimeout=3', 'ldirectord'],
  ['virtual = 10.0.0.1:80', 'ldirectord'],
  ['hello', undefined],
  ['', undefined],
])('%j is of %s', (text, format) => {
  expect(formatOf(text)).toBe(format);
});

test('a file that could be anything is not guessed at', () => {
  expect(problemsOf(imported({ file: 'f', text: 'hello' }))).toEqual([
    'f:1:1: what wrote this file cannot be seen in it; expected --from ipvsadm, --from keepalived, --from ldirectord',
  ]);
});

const texts = ['everything.conf', 'definitions.conf', 'vs1.conf', 'services.conf', 'ldirectord.cf'].map((name) =>
  readFileSync(fixture(name), 'utf8'),
);

/** Real lines in any order with others among them, cut and joined at random. */
const anyText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...texts.flatMap((text) => text.split('\n'))) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '-A -t 10.0.0.1:80 -s rr -p',
          '-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-type gue',
          '-A -f 7 -6',
          '}',
          '{',
          '~SEQ(A,1,9) $B',
          '$A=$B',
          '$B= \\',
          '@x a',
          'include f',
        ),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
      { weight: 1, arbitrary: fc.stringMatching(/^[-a-z0-9.:/[\]{}$~@"'\\#!=, ]{0,40}$/) },
    ),
    { maxLength: 40 },
  )
  .chain((lines) => fc.constantFrom('\n', '\r\n', ' ').map((end) => lines.join(end)));

test.each(['everything.conf', 'definitions.conf', 'services.conf', 'ldirectord.cf'])(
  'the rules file that is printed of %s is the same rules',
  (name) => {
    const { document } = parsed({ file: name, text: readFileSync(fixture(name), 'utf8') }, 'here');
    expect(parseRules(rulesText(document), 'rules.yaml')).toMatchObject({ ok: true, document });
  },
);

test.each(formats)('no text makes the reader of %s throw, and what it makes of one without mistakes is a rules file', (format) => {
  fc.assert(
    fc.property(anyText, fc.constantFrom('here', undefined), (text, configId) => {
      const findFiles = filesNamed({ f: text });
      const result = imported({ file: 'x', text }, { format, findFiles, ...(configId === undefined ? {} : { configId }) });
      if (result.problems.length > 0) return;
      const read = parseRules(rulesText(result.document), 'rules.yaml');
      expect(read.ok ? [] : read.problems.map(problemText)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('no text makes a migration throw, nor its configuration something that the loader cannot read', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const sources = [one, other].map((text, position) => ({ file: String(position), text, configId: 'here' }));
      const { config } = migrateKeepalived(sources, { cluster: 'x', names: [], findFiles: noFiles });
      const checked = parseConfig(configText(config), 'vspair.yaml');
      expect(checked.ok ? [] : checked.problems.filter(({ what }) => what.startsWith('this is not YAML'))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test.each(['everything.conf', 'definitions.conf', 'vs1.conf', 'vsbak.conf', 'ldirectord.cf'])(
  'no line of %s is passed over in silence',
  (name) => {
    const text = readFileSync(fixture(name), 'utf8');
    expect(silentLines(text, 'here')).toEqual([]);
  },
);
