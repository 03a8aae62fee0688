// The manual pages are complete. That groff takes them is seen by lintian, of the whole package.
import { beforeAll, expect, test } from 'vitest';
import { commands } from '../../src/cli/cli.ts';
import { manualPages } from '../../src/packaging/manual.ts';

let pages: Readonly<Record<string, string>>;
beforeAll(async () => {
  pages = await manualPages('1.2.3');
});

test('every command has a page, and the overview names it', () => {
  for (const name of Object.keys(commands)) {
    expect(Object.keys(pages)).toContain(`vspair-${name}.1`);
    expect(pages['vspair.1']).toContain(`vspair\\-${name}`);
  }
});

test('the page of a command gives its arguments, options and examples', () => {
  expect(pages['vspair-rules.1']).toMatch(/rules drain.*\\-\\-wait.*vspair rules drain 10/s);
});

test('the pages say which version they are of, and the date of the changelog, whenever they are built', () => {
  for (const text of Object.values(pages)) expect(text).toMatch(/^\.TH .* "November 2026" "vspair 1\.2\.3" /);
});

test('every key of the configuration is in vspair.yaml(5)', () => {
  expect(pages['vspair.yaml.5']).toMatch(/heartbeat\\\.interval.*groups\[\]\\\.vrid/s);
  expect(pages['vspair.yaml.5']).not.toMatch(/^\|/m);
});

test('a command with actions gives its own options too', () => {
  expect(pages['vspair-events.1']).toMatch(/\\-\\-follow.*events show/s);
});

test('nothing of HTML is left in them', () => {
  for (const text of Object.values(pages)) expect(text).not.toMatch(/&(?:quot|amp|lt|gt|#39);/);
});
