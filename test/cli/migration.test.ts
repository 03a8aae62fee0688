// Coming from elsewhere, as its users do: rules import, rules export and migrate.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../migration/files.ts';
import { directory, spawned } from './process.ts';
import { containing, ran } from './terminal.ts';

const conf =
  'virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\ndelay_loop 6\nreal_server 10.0.0.11 80 {\nweight 1\n}\n}\n';

function file(text: string, name = 'k.conf'): string {
  const path = join(directory(), name);
  writeFileSync(path, text);
  return path;
}

test('import prints a rules file that check takes, and the account beside it', async () => {
  const from = file(conf);
  const { out, err, exitCode } = await spawned('rules', 'import', from);
  expect(out).toBe(
    [
      `# Imported from ${from} (keepalived).`,
      'format: 2',
      'services:',
      '  - address: 10.0.0.1:80',
      '    protocol: tcp',
      '    scheduler: rr',
      '    forward: dr',
      '    servers:',
      '      - { address: 10.0.0.11:80, weight: 1 }',
    ].join('\n'),
  );
  expect(err.split('\n')).toEqual([
    `${from}:5: left out: delay_loop 6: vspair does not check real servers yet; watch them by other means, and take a dead one out: vspair rules drain SERVER`,
    `${from}: 1 service with 1 server; 1 passage left out`,
  ]);
  expect(exitCode).toBe(0);
  expect(await spawned('rules', 'check', file(out, 'rules.yaml'))).toMatchObject({ exitCode: 0 });
});

test('import with mistakes prints no rules, all mistakes, and exits 6', async () => {
  const from = file(conf.replace('lb_kind DR', 'lb_kind dr').replace('weight 1', 'weight x'));
  const { out, err, exitCode } = await spawned('rules', 'import', from);
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 6 });
  expect(err.split('\n')).toEqual([
    containing(`${from}:5: left out: delay_loop 6`),
    `${from}:3:9: lb_kind dr; expected NAT, DR or TUN, in capitals`,
    `${from}:7:8: weight x; expected a whole number from 0 to 65535`,
    `vspair: ${from}: cannot import it: 2 problems`,
    '  correct the places above; nothing was written [VSP_IMPORT_INVALID]',
  ]);
});

test('import --json gives the rules, the account and the mistakes as data', async () => {
  const from = file(conf);
  const good = await ran(['rules', 'import', '--json', from]);
  expect(JSON.parse(good.out)).toMatchObject({
    ok: true,
    format: 'keepalived',
    document: { services: [{ scheduler: 'rr' }] },
    account: [{ kind: 'left out', file: from, line: 5, lastLine: 5, what: 'delay_loop 6' }],
    problems: [],
  });
  const bad = await ran(['rules', 'import', '--json', file('virtual_server x {\n}')]);
  expect(JSON.parse(bad.out)).toMatchObject({ ok: false, document: null, problems: [{ line: 1, column: 1 }] });
  expect({ good: good.exitCode, bad: bad.exitCode, err: good.err + bad.err }).toEqual({ good: 0, bad: 6, err: '' });
});

test('import reads standard input, and takes the word of --from', async () => {
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const out = execFileSync(process.execPath, [main, 'rules', 'import', '--from', 'ipvsadm'], {
    input: '-A -t 10.0.0.1:80 -s rr\n',
    stdio: ['pipe', 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  expect(out).toContain('address: 10.0.0.1:80');
  expect(await ran(['rules', 'import', file(conf), '--from', 'ipvsadm'])).toMatchObject({ exitCode: 6 });
});

test('import follows includes from the directory of the file, in order, and passes executables over', async () => {
  const folder = directory();
  mkdirSync(join(folder, 'd'));
  writeFileSync(join(folder, 'k.conf'), 'include d/*.{conf,inc}\n');
  writeFileSync(join(folder, 'd/2.conf'), conf.replaceAll('10.0.0.1', '10.0.0.2'));
  writeFileSync(join(folder, 'd/1.inc'), conf);
  writeFileSync(join(folder, 'd/3.conf'), 'never', { mode: 0o755 });
  const { out, err } = await ran(['rules', 'import', join(folder, 'k.conf')]);
  expect([...out.matchAll(/address: (10.0.0.\d):80/g)].map(([, address]) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(err).toContain(`k.conf:1: left out: include ${join(folder, 'd/3.conf')}: it is executable, and keepalived passes it over`);
});

test('a file that is not there is an error of its own', async () => {
  expect(await ran(['rules', 'import', '/nowhere/k.conf'])).toMatchObject({ err: containing('there is no such file'), exitCode: 78 });
});

test('export of a rules file needs no daemon', async () => {
  const rules = file('services:\n  - address: 10.0.0.1:80\n    scheduler: rr\n    servers: [{ address: 10.0.0.11:80 }]\n', 'r.yaml');
  expect(await spawned('rules', 'export', '--ipvsadm', rules)).toEqual({
    out: '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.11:80 -g -w 1',
    err: '',
    exitCode: 0,
  });
  expect(JSON.parse((await ran(['rules', 'export', '--ipvsadm', '--json', rules])).out)).toMatchObject({
    ipvsadm: [containing('-A'), containing('-a')],
  });
});

test('export of a wrong rules file tells its mistakes and exits 6', async () => {
  const { out, err, exitCode } = await ran(['rules', 'export', '--ipvsadm', file('services: 1\n', 'r.yaml')]);
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 6 });
  expect(err).toContain('r.yaml:1:11');
});

test('migrate writes configuration and rules that check takes, and never over others', async () => {
  const out = join(directory(), 'new');
  const words = ['migrate', fixture('vs1.conf'), fixture('vsbak.conf'), '--out', out];
  expect(await spawned(...words)).toMatchObject({ out: containing(`${out}/vspair.yaml and ${out}/rules.yaml: written`), exitCode: 0 });
  expect(await spawned('check', '--file-only', '--config', join(out, 'vspair.yaml'))).toMatchObject({ exitCode: 0 });
  expect(await spawned('rules', 'check', join(out, 'rules.yaml'))).toMatchObject({ exitCode: 0 });
  writeFileSync(join(out, 'rules.yaml'), 'mine');
  expect(await ran(words)).toMatchObject({ err: containing('VSP_FILE_EXISTS'), exitCode: 2 });
  expect(readFileSync(join(out, 'rules.yaml'), 'utf8')).toBe('mine');
  expect(await ran([...words, '--force'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(out, 'rules.yaml'), 'utf8')).toContain('services:');
});

test('migrate of one file says what is to be filled in, and where', async () => {
  const { out, err, exitCode } = await ran(['migrate', fixture('vs1.conf'), '--names', 'vs1,vsbak', '--cluster', 'shop']);
  expect(out).toContain('# vspair.yaml\ncluster: shop\n');
  expect(out).toContain('\n---\n# rules.yaml\nformat: 2\nservices:');
  expect(err).toContain('vspair.yaml:4:22: directors.vsbak.priority is "<fill in: 1 to 254, from its own keepalived.conf>"');
  expect(err).toContain('1 place to fill in or correct');
  expect(exitCode).toBe(0);
});

test('migrate with mistakes writes nothing', async () => {
  const out = join(directory(), 'new');
  const { err, exitCode } = await ran(['migrate', file('vrrp_instance x {\nvirtual_router_id 300\n}'), '--out', out]);
  expect(err).toContain(':2:19: virtual_router_id 300; expected a whole number from 1 to 255');
  expect({ exitCode, written: existsSync(out) }).toEqual({ exitCode: 6, written: false });
});

test.each([
  [['--names', 'a,b,c'], 'give the names a,b,c'],
  [['--config-id', 'a,b', fixture('vsbak.conf'), '--config-id', 'a,b,c'], 'tell which belongs to which'],
])('migrate %j is a mistake of usage', async (words, said) => {
  expect(await ran(['migrate', fixture('vs1.conf'), ...words])).toMatchObject({ err: containing(said), exitCode: 2 });
});
