// In a real kernel: what keepalived loads from a file is what comes of importing it, what ipvsadm -R makes of an export is
// what our own writer makes, and what a kernel holds survives ipvsadm -Sn and the way back.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import fc from 'fast-check';
import { ipvsadmLines } from '../../src/migration/ipvsadm/write.ts';
import { compileRules } from '../../src/rules/compile.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { type KernelServices, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
import { planRules } from '../../src/rules/plan.ts';
import { checkWith, type Director } from '../ipvs/director.ts';
import type { Check } from '../lab/checks.ts';
import { anyDocument, rules, server, service } from '../rules/documents.ts';
import { fixture, samplesWith } from './files.ts';
import { parsed } from './imports.ts';

const tunnels = [
  server('10.0.0.11', { forward: 'tun', tunnel: { type: 'gue', port: 6080, checksum: 'remote' } }),
  server('10.0.0.12', { forward: 'tun', tunnel: { type: 'gue', port: 6081, checksum: 'full' } }),
  server('10.0.0.13', { forward: 'tun', tunnel: { type: 'gre', checksum: 'none' } }),
  server('10.0.0.14', { forward: 'tun', tunnel: { type: 'gre', checksum: 'full' } }),
  server('2001:db8::15', { forward: 'tun', tunnel: { type: 'ipip' } }),
  server('10.0.0.16', { forward: 'nat', port: 8080, weight: 0 }),
];
const bounded = server('10.0.0.17', { upperThreshold: 100, lowerThreshold: 50 });
const range = { by: 'address', protocol: 'tcp', address: '10.0.0.2', port: 8000, lastPort: 8003 } as const;

/** Every key of a rules file at least once, but for the thresholds, which ipvsadm -S does not write. */
const everything = rules(
  service('10.0.0.1', tunnels, { scheduler: 'sh', schedulerFlags: ['sh-port', 'sh-fallback'], persistence: 60 }),
  service('10.0.0.1', [server('10.0.0.11', { forward: 'nat', port: 9000, lastPort: 9003 }), server('10.0.0.12', { forward: 'nat' })], {
    match: range,
    scheduler: 'mh',
    schedulerFlags: ['mh-port'],
  }),
  service('10.0.0.1', [server('10.0.0.11', { port: 0 })], {
    match: { by: 'mark', family: 4, mark: 7 },
    persistence: 9,
    persistenceNetmask: '255.255.0.0',
  }),
  service('10.0.0.1', [server('2001:db8::11', { port: 0 })], {
    match: { by: 'mark', family: 6, mark: 7 },
    persistence: 9,
    persistenceNetmask: '48',
  }),
  service('10.0.0.1', [server('10.0.0.11', { port: 5060 })], {
    match: { by: 'address', protocol: 'udp', address: '10.0.0.3', port: 5060, lastPort: undefined },
    persistence: 30,
    persistenceEngine: 'sip',
  }),
  service('10.0.0.1', [server('10.0.0.11', { port: 53 })], {
    match: { by: 'address', protocol: 'udp', address: '10.0.0.3', port: 53, lastPort: undefined },
    onePacket: true,
  }),
);

export const checks: readonly Check[] = [
  ...['everything.conf', 'definitions.conf'].map((name) =>
    checkWith(`what keepalived loads from ${name} is what comes of importing it`, (newDirector) =>
      sameAsKeepalived(newDirector, fixture(name)),
    ),
  ),
  checkWith('the services that keepalived makes of its own samples are those that come of importing them', async (newDirector) => {
    for (const sample of samplesWith('keepalived', /^virtual_server /m)) await sameAsKeepalived(newDirector, sample, /^-A/);
  }),
  checkWith('what ipvsadm -R makes of an export is what we write: every key of a rules file', (newDirector) =>
    exported(newDirector, rules(...everything.services, service('10.0.0.4', [bounded]))),
  ),
  checkWith('what ipvsadm -R makes of an export is what we write: any document', (newDirector) => {
    fc.assert(
      fc.property(anyDocument, (document) => exported(newDirector, withoutIdleMasks(document))),
      { numRuns: 5 },
    );
  }),
  checkWith('what ipvsadm -Sn says of a kernel comes back as the same services', (newDirector) => {
    const [one, other] = [newDirector(), newDirector()];
    write(one, everything);
    write(other, parsed({ file: 'saved', text: one.saved().join('\n') }).document);
    assert.deepEqual(byKey(other.ipvs.dump()), byKey(one.ipvs.dump()));
    assert.equal(one.ipvs.dump().length, 9);
  }),
];

async function sameAsKeepalived(newDirector: () => Director, file: string, lines = /^/): Promise<void> {
  const [one, other] = [newDirector(), newDirector()];
  write(one, parsed({ file, text: readFileSync(file, 'utf8') }, 'here').document);
  const wanted = one.saved().filter((line) => lines.test(line));
  const folder = mkdtempSync(join(tmpdir(), 'vspair-keepalived-'));
  const [parent = '', checkers = ''] = ['parent.pid', 'checkers.pid'].map((name) => join(folder, name));
  const options = ['--use-file', file, '--config-id', 'here', '--pid', parent, '--checkers_pid', checkers];
  const keepalived = other.start(['keepalived', '--dont-fork', '--log-console', '--no-syslog', '--check', ...options]);
  const loaded = (): readonly string[] => other.saved().filter((line) => lines.test(line));
  try {
    for (let tries = 0; tries < 100 && loaded().join() !== wanted.join(); tries += 1) await passed(100);
    assert.deepEqual(loaded(), wanted, `${file}\n${keepalived.output}`);
  } finally {
    await keepalived.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function exported(newDirector: () => Director, document: RulesDocument): void {
  const [one, other] = [newDirector(), newDirector()];
  write(one, document);
  other.ipvsadm(['-R'], `${ipvsadmLines(document).join('\n')}\n`);
  assert.deepEqual(other.saved(), one.saved());
  assert.deepEqual(byKey(other.ipvs.dump()), byKey(one.ipvs.dump()));
}

function write({ ipvs }: Director, document: RulesDocument): void {
  const changes = planRules({ kernel: [], desired: document, owned: new Set() });
  assert.deepEqual(ipvs.write(compileRules(changes, { revision: 1, digest: '', family: ipvs.family() })), []);
}

/** ipvsadm, like a rules file, has a mask only with persistence. */
const withoutIdleMasks = ({ services }: RulesDocument): RulesDocument =>
  rules(...services.map((one) => ({ ...one, persistenceNetmask: one.persistence === undefined ? undefined : one.persistenceNetmask })));

/** The kernel's order is that of its hash table. */
const byKey = (services: KernelServices) =>
  Object.fromEntries(
    services.map((one) => [
      serviceKey(one.service.id),
      { ...one, servers: Object.fromEntries(one.servers.map((to) => [serverKey(to), to])) },
    ]),
  );
