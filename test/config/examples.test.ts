// The examples are configurations that people begin with: each is in order by itself, and its rules fit it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realServerSteps } from '../../src/cli/init/realServers.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/errors/place.ts';
import { loadRules, mixedFamiliesBesideSync, servicesBesideTheVips } from '../../src/rules/load.ts';
import { parsePrefixed } from '../../src/text/address.ts';
import { ran } from '../cli/terminal.ts';

const folder = join(import.meta.dirname, '../../config');
const names = readdirSync(join(folder, 'examples'));
const fileOf = (name: string, file: string): string => join(folder, 'examples', name, file);

const vipsOf = ({ groups }: Config): string[] => groups.flatMap(({ vips }) => vips.map(({ address }) => address));

test('there is an example for each way to begin, and the README lists them all', () => {
  expect(names).toEqual(['dr', 'ipv6', 'minimal', 'nat', 'sentinel', 'tun', 'two-groups']);
  const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| \[examples\/([^\]]+)\]\(examples\/\1\)/gm)];
  expect(listed.map(([, name = '']) => name).toSorted()).toEqual(names);
});

test.each(names)('%s is taken by the commands without a warning', async (name) => {
  const [config, rules] = [fileOf(name, 'vspair.yaml'), fileOf(name, 'rules.yaml')];
  const checked = await ran(['check', '--file-only', '--config', config]);
  expect(checked).toMatchObject({ err: '', exitCode: 0 });
  expect(checked.out).toMatch(/^\S+: in order \(/);
  const checkedRules = await ran(['rules', 'check', rules, '--config', config]);
  expect(checkedRules).toMatchObject({ err: '', exitCode: 0 });
  expect(checkedRules.out).toMatch(/^\S+: in order \(/);
});

test.each(names)('every service of %s is on a virtual IP, every virtual IP but a gateway has one, and no server is a director', (name) => {
  const config = loadConfig(fileOf(name, 'vspair.yaml'));
  const rules = loadRules(fileOf(name, 'rules.yaml'));
  if (!config.ok || !rules.ok) throw new Error(`${name} cannot be read`);
  const vips = vipsOf(config.config);
  const odd = [...servicesBesideTheVips(rules, vips), ...mixedFamiliesBesideSync(rules)];
  expect(odd.map(problemText)).toEqual([]);
  const { services } = rules.document;
  const served = services.flatMap(({ match }) => (match.by === 'address' ? [match.address] : []));
  const gateways = name === 'nat' ? ['192.168.1.254'] : [];
  expect([...new Set([...served, ...gateways])].toSorted()).toEqual(vips.toSorted());
  const owned = [...vips, ...config.config.directors.flatMap(({ addresses }) => addresses)];
  expect(services.flatMap(({ servers }) => servers).filter(({ address }) => owned.includes(address))).toEqual([]);
});

test.each(['dr', 'nat', 'tun', 'ipv6'])('%s tells the real servers what vspair init tells them', (name) => {
  const config = loadConfig(fileOf(name, 'vspair.yaml'));
  if (!config.ok) throw new Error(`${name} cannot be read`);
  const vips = config.config.groups.flatMap((group) =>
    group.vips.flatMap(({ address, prefix }) => parsePrefixed(`${address}/${prefix}`) ?? []),
  );
  const gateway = name === 'nat' ? vips.slice(1) : [];
  const forward = name === 'nat' || name === 'tun' ? name : 'dr';
  const { commands } = realServerSteps({ forward, vip: name === 'nat' ? vips.slice(0, 1) : vips, gateway });
  const told = [...readFileSync(fileOf(name, 'rules.yaml'), 'utf8').matchAll(/^# {3}(\S.*)$/gm)].map(([, command]) => command);
  expect(told).toEqual(commands);
});

test('each of two groups is active on another director', () => {
  const config = loadConfig(fileOf('two-groups', 'vspair.yaml'));
  if (!config.ok) throw new Error('it cannot be read');
  const first = config.config.groups.map(({ priorities }) => [...priorities].toSorted((one, other) => other[1] - one[1])[0]?.[0]);
  expect(first).toEqual(['vs1', 'vsbak']);
});
