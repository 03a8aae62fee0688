// The rules commands as their users run them, against the daemon's handlers and a real store.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RulesArrival } from '../../src/control/arrival.ts';
import type { RulesAwaitParams } from '../../src/control/protocol.ts';
import type { VirtualService } from '../../src/rules/document.ts';
import { rules, server, service } from '../rules/documents.ts';
import { directory } from './process.ts';
import { rulesDaemon } from './rulesDaemon.ts';
import { containing, like, ran } from './terminal.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 2 })]);
const tls = service('10.0.0.1', [server('10.0.0.11', { port: 443 })], { port: 443 });

/** As a document comes out of JSON: without what is undefined. */
const stated = (...services: readonly VirtualService[]): unknown => JSON.parse(JSON.stringify(rules(...services)));

function written(text: string): string {
  const file = join(directory(), 'r.yaml');
  writeFileSync(file, text);
  return file;
}

const oneService = (more = ''): string =>
  `services:\n  - address: 10.0.0.1:80\n    scheduler: rr\n    servers:\n      - { address: 10.0.0.11:80 }\n      - { address: 10.0.0.12:80, weight: 2 }\n${more}`;

test('apply makes a revision, waits until it is in every kernel, and says so', async () => {
  const daemon = await rulesDaemon();
  expect(await daemon.rules('apply', written(oneService()), '-m', 'first')).toMatchObject({
    out: like(/^\+ tcp 10\.0\.0\.1:80: [\s\S]*\nrevision 1 is accepted \(digest [0-9a-f]{16}\)\nvs1 has it in its kernel$/),
    exitCode: 0,
  });
  expect(daemon.store.current()).toMatchObject({ revision: 1, message: 'first', document: stated(web) });
});

test('apply of what is in use already makes no revision', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const { out: shown } = await daemon.rules('show');
  const same = { out: 'there is nothing to change: revision 1 says the same\nvs1 has it in its kernel', exitCode: 0 };
  expect(await daemon.rules('apply', written(oneService()))).toMatchObject(same);
  await daemon.apply(rules(tls));
  await daemon.apply(rules(web));
  const { out, exitCode } = await daemon.rules('apply', written(shown), '--json');
  expect(JSON.parse(out)).toMatchObject({ ok: true, unchanged: true, revision: 3, arrival: { complete: true } });
  expect({ exitCode, revision: daemon.store.current()?.revision }).toEqual({ exitCode: 0, revision: 3 });
});

/** No director gets anything. */
const nowhere = () => ({
  rulesAwait: ({ revision, digest }: RulesAwaitParams): RulesArrival => ({
    revision,
    digest,
    complete: false,
    directors: [{ node: 'vs1', state: 'older', detail: 'still has revision 0' }],
  }),
});

test('a revision that is in no kernel is accepted and no more, for programs too', async () => {
  const daemon = await rulesDaemon(nowhere);
  expect(await daemon.rules('apply', written(oneService()))).toMatchObject({ out: containing('revision 1 is accepted'), exitCode: 10 });
  const { out, exitCode } = await daemon.rules('set', '10.0.0.1:80', '10.0.0.11', '--weight', '7', '--json');
  expect(JSON.parse(out)).toMatchObject({ ok: false, accepted: true, revision: 2, arrival: { complete: false } });
  expect(exitCode).toBe(10);
});

test('a command that is given again is not done before every director has what it asks for', async () => {
  const daemon = await rulesDaemon(nowhere);
  await daemon.apply(rules(web));
  const again = { out: 'there is nothing to change: revision 1 says the same', exitCode: 10 };
  expect(await daemon.rules('apply', written(oneService()))).toMatchObject(again);
  expect(await daemon.rules('rollback', '1')).toMatchObject(again);
  const words = ['set', '10.0.0.1:80', '10.0.0.11', '--weight', '1'];
  expect(await daemon.rules(...words)).toMatchObject(again);
  expect(await daemon.rules(...words, '--no-wait')).toMatchObject({ ...again, exitCode: 0 });
  expect(JSON.parse((await daemon.rules(...words, '--json')).out)).toMatchObject({ ok: false, unchanged: true, revision: 1 });
});

test('apply --json of a file with mistakes lists them with their places', async () => {
  const daemon = await rulesDaemon();
  const file = written(oneService().replace('weight: 2', 'weight: much'));
  const { out, exitCode } = await daemon.rules('apply', file, '--json');
  expect(JSON.parse(out)).toMatchObject({
    error: { code: 'VSP_RULES_INVALID' },
    problems: [{ file, line: 6, column: 42, what: 'services[0].servers[1].weight is "much"', expected: containing('a weight') }],
  });
  expect(exitCode).toBe(6);
});

test('apply --json tells what changed and who has it', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const { out } = await daemon.rules('apply', written(oneService('      - { address: 10.0.0.13:80 }\n')), '--json');
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    revision: 2,
    changes: [{ service: 'tcp 10.0.0.1:80', servers: [{ change: 'added', server: '10.0.0.13:80' }] }],
    arrival: { complete: true, directors: [{ node: 'vs1', state: 'inKernel' }] },
  });
});

test('apply --json has the warnings too, whether it makes a revision, only foretells one, or finds nothing to change', async () => {
  const daemon = await rulesDaemon();
  const file = written('services:\n  - address: 10.0.0.1:80\n    scheduler: rr\n');
  const warnings = [
    { file, line: 2, column: 5, what: 'service tcp 10.0.0.1:80 has no servers: clients are refused', expected: 'at least one server' },
  ];
  for (const more of [['--dry-run'], [], []]) {
    const { out, err } = await daemon.rules('apply', file, '--json', ...more);
    expect(JSON.parse(out)).toMatchObject({ warnings });
    expect(err).toContain('warning: service tcp 10.0.0.1:80 has no servers');
  }
  await daemon.apply(rules(web));
  expect(JSON.parse((await daemon.rules('drain', '10.0.0.11', '--json')).out)).toMatchObject({ ok: true, warnings: [] });
});

test('what rules show printed can be edited and applied', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const shown = await daemon.rules('show');
  const { exitCode } = await daemon.rules('apply', written(shown.out.replace('weight: 2', 'weight: 3')));
  expect(exitCode).toBe(0);
  expect(daemon.store.current()?.document).toEqual(rules({ ...web, servers: [server('10.0.0.11'), server('10.0.0.12', { weight: 3 })] }));
});

test('a file made from a revision that is not in use any more loses, with what both changed', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const { out: shown } = await daemon.rules('show');
  await daemon.apply(rules(web, tls), 'tls\x1b[2J too');
  const file = written(shown.replace('weight: 2', 'weight: 3'));
  const { out, err, exitCode } = await daemon.rules('apply', file);
  expect(err.split('\n')).toEqual([
    'since revision 1 somebody else changed:',
    '  + tcp 10.0.0.1:443: scheduler rr',
    '      + server 10.0.0.11:443: weight 1, forward dr',
    'yours would change of revision 2:',
    '  ~ tcp 10.0.0.1:80',
    '      ~ server 10.0.0.12:80: weight 2 -> 3',
    '  - tcp 10.0.0.1:443',
    '      - server 10.0.0.11:443',
    like(
      /^vspair: .*r\.yaml: cannot apply it: it was made from revision 1, and revision 2 is in use \(digest \w+, .* by eve@vsbak: tls \[2J too\)$/,
    ),
    like(/--force \[VSP_RULES_CONFLICT\]$/),
  ]);
  expect({ out, exitCode }).toEqual({ out: '', exitCode: 4 });
  expect(daemon.store.current()?.revision).toBe(2);
  expect(await daemon.rules('apply', file, '--force')).toMatchObject({ exitCode: 0 });
  expect(daemon.store.current()).toMatchObject({ revision: 3, document: { services: [{ servers: [{}, { weight: 3 }] }] } });
});

test('an apply that meets another one in the same moment loses too', async () => {
  const daemon = await rulesDaemon((store) => ({
    async rulesApply({ document, ...request }) {
      await store.apply(rules(web, tls), { author: 'eve@vsbak', message: '' });
      const result = await store.apply(document, request);
      return { ok: false, reason: result.ok ? 'won' : result.reason, detail: '', currentRevision: 2 };
    },
  }));
  await daemon.apply(rules(web));
  const { out, exitCode } = await daemon.rules('apply', written(oneService('      - { address: 10.0.0.13:80 }\n')), '--json');
  expect(JSON.parse(out)).toMatchObject({
    error: { code: 'VSP_RULES_CONFLICT', exitCode: 4 },
    conflict: {
      basis: 1,
      current: 2,
      theirs: [{ change: 'added', service: 'tcp 10.0.0.1:443' }],
      ours: [{ service: 'tcp 10.0.0.1:80' }, { change: 'removed', service: 'tcp 10.0.0.1:443' }],
    },
  });
  expect(exitCode).toBe(4);
});

test('an expected revision that is not in use is a conflict', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  expect(await daemon.rules('apply', written(oneService()), '--expected-revision', '7')).toMatchObject({
    err: containing('--expected-revision is 7, and revision 1 is in use'),
    exitCode: 4,
  });
});

test('of two revisions with one number a conflict names the digests', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const file = written(`# revision 1, digest 00112233445566aa\n${oneService().replace('rr', 'wlc')}`);
  const digest = daemon.store.current()?.digest ?? '';
  expect(await daemon.rules('apply', file)).toMatchObject({
    err: containing(`it was made from revision 1 (digest 00112233445566aa), and revision 1 is in use (digest ${digest},`),
    exitCode: 4,
  });
});

test('apply --dry-run shows what would change, changes nothing, and with --exit-code says whether it would', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const same = written(oneService());
  const other = written(oneService().replace('rr', 'wlc'));
  expect(await daemon.rules('apply', other, '--dry-run', '--exit-code')).toMatchObject({
    out: '~ tcp 10.0.0.1:80\n    ~ scheduler rr -> wlc\nthe kernel of vs1 would be told:\n  hold 1 services\nrevision 1 would be followed by another one; nothing was changed',
    exitCode: 11,
  });
  expect(await daemon.rules('apply', other, '--dry-run')).toMatchObject({ exitCode: 0 });
  expect(await daemon.rules('apply', same, '--dry-run', '--exit-code')).toMatchObject({
    out: containing('there is nothing to change: revision 1 says the same'),
    exitCode: 0,
  });
  expect(daemon.store.current()?.revision).toBe(1);
});

test('history lists revisions, newest first, and which one is in use', async () => {
  const daemon = await rulesDaemon();
  expect(await daemon.rules('history')).toMatchObject({ out: 'there are no revisions yet: vspair rules apply FILE', exitCode: 0 });
  await daemon.apply(rules(web), 'first');
  await daemon.apply(rules(web, tls), 'two\nlines');
  const { out } = await daemon.rules('history');
  expect(out.split('\n')).toEqual([
    like(/^REVISION +STATE +TIME +AUTHOR +SERVICES +SERVERS +DIGEST +MESSAGE$/),
    like(/^2 +in use +\d{4}-\S+Z +eve@vsbak +2 +3 +[0-9a-f]{16} +two lines$/),
    like(/^1 {2,}\d{4}-\S+Z +eve@vsbak +1 +2 +[0-9a-f]{16} +first$/),
  ]);
  const { out: json } = await daemon.rules('history', '--limit', '1', '--json');
  expect(JSON.parse(json)).toMatchObject([{ revision: 2, inUse: true, superseded: false, services: 2, servers: 3 }]);
});

test('an earlier revision is shown by its number or its digest', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const digest = daemon.store.current()?.digest ?? '';
  await daemon.apply(rules(web, tls));
  const byNumber = await daemon.rules('show', '--revision', '1');
  expect(byNumber).toMatchObject({ out: like(new RegExp(`^# revision 1, digest ${digest}, `)), exitCode: 0 });
  expect(await daemon.rules('show', '--revision', digest)).toEqual(byNumber);
});

test('a revision that the history does not have is exit 4, and a newer format in the store is named', async () => {
  const trouble = 'the rules are of format 9, written by vspair 9.0.0; this is vspair 0.1.0, which reads formats up to 2';
  const daemon = await rulesDaemon(() => ({ rulesTrouble: () => trouble }));
  expect(await daemon.rules('show', '--revision', '7')).toMatchObject({
    err: containing(`revision 7: cannot find it: the history does not have it; ${trouble}`),
    exitCode: 4,
  });
  expect(await daemon.rules('show')).toMatchObject({ err: `warning: ${trouble}`, exitCode: 0 });
  expect(await daemon.rules('show', '--revision', 'last')).toMatchObject({ err: containing('expected its number or the 16'), exitCode: 2 });
});

test('diff compares the last two revisions, any two, and files', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  await daemon.apply(rules(web, tls));
  await daemon.apply(rules({ ...web, scheduler: 'wlc' }, tls));
  const lines = ['~ tcp 10.0.0.1:80', '    ~ scheduler rr -> wlc'];
  const added = ['+ tcp 10.0.0.1:443: scheduler rr', '    + server 10.0.0.11:443: weight 1, forward dr'];
  expect((await daemon.rules('diff')).out.split('\n')).toEqual(['from revision 2 to revision 3:', ...lines]);
  expect((await daemon.rules('diff', '1')).out.split('\n')).toEqual(['from revision 1 to revision 3:', ...lines, ...added]);
  expect((await daemon.rules('diff', '1', '2')).out.split('\n')).toEqual(['from revision 1 to revision 2:', ...added]);
  const file = written(oneService());
  expect(await daemon.rules('diff', file, '1', '--exit-code')).toMatchObject({
    out: `from ${file} to revision 1:\nno difference`,
    exitCode: 0,
  });
  const { out, exitCode } = await daemon.rules('diff', '2', '3', '--json', '--exit-code');
  expect(JSON.parse(out)).toMatchObject({
    from: { name: 'revision 2' },
    to: { name: 'revision 3' },
    changed: true,
    changes: [{ change: 'changed', service: 'tcp 10.0.0.1:80', settings: [{ setting: 'scheduler', from: 'rr', to: 'wlc' }], servers: [] }],
  });
  expect(exitCode).toBe(11);
  expect(await daemon.rules('diff', 'nowhere.yaml')).toMatchObject({ exitCode: 2 });
});

test('the same rules in another order are told as that', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web, tls));
  await daemon.apply(rules(tls, web));
  expect((await daemon.rules('diff')).out).toBe('from revision 1 to revision 2:\nthe same services and servers in another order');
});

test('rollback makes the rules of an earlier revision a new one', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  await daemon.apply(rules(web, tls));
  expect(await daemon.rules('rollback', '1', '-m', 'no tls')).toMatchObject({
    out: like(/^- tcp 10\.0\.0\.1:443\n[\s\S]*\nrevision 3 is accepted/),
    exitCode: 0,
  });
  expect(daemon.store.current()).toMatchObject({ revision: 3, message: 'rollback to revision 1: no tls', document: stated(web) });
  expect(await daemon.rules('rollback', '1')).toMatchObject({
    out: containing('there is nothing to change: revision 3 says the same'),
    exitCode: 0,
  });
  expect(await daemon.rules('rollback', '9')).toMatchObject({ err: containing('[VSP_RULES_UNKNOWN]'), exitCode: 4 });
});

test('a drained server gets no new connections in any service, and its weights back when it is restored', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web, tls));
  const { out, exitCode } = await daemon.rules('drain', '10.0.0.11', '-m', 'new disk');
  expect(out.split('\n')).toEqual([
    '~ tcp 10.0.0.1:80',
    '    ~ server 10.0.0.11:80: weight 1 -> 0, restoreWeight 1',
    '~ tcp 10.0.0.1:443',
    '    ~ server 10.0.0.11:443: weight 1 -> 0, restoreWeight 1',
    like(/^revision 2 is accepted/),
    'vs1 has it in its kernel',
  ]);
  expect(exitCode).toBe(0);
  expect(daemon.store.current()?.message).toBe('drain 10.0.0.11: new disk');
  expect(await daemon.rules('drain', '10.0.0.11')).toMatchObject({
    out: containing('there is nothing to change: revision 2 says the same'),
    exitCode: 0,
  });
  await daemon.rules('restore', '10.0.0.11');
  expect(daemon.store.current()).toMatchObject({ revision: 3, document: stated(web, tls) });
});

test('a server without a weight to restore is left at 0, and that is said', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules({ ...web, servers: [server('10.0.0.11', { weight: 0 })] }, tls));
  expect(await daemon.rules('restore', '10.0.0.11:80')).toMatchObject({
    err: containing('10.0.0.11:80: weight 0, but not by rules drain: there is no weight to restore; use rules set'),
    exitCode: 4,
  });
  await daemon.rules('drain', '10.0.0.11');
  expect(await daemon.rules('restore', '10.0.0.11')).toMatchObject({
    err: containing('note: 10.0.0.11:80: weight 0, but not by rules drain'),
    exitCode: 0,
  });
  expect(daemon.store.current()?.document).toMatchObject({ services: [{ servers: [{ weight: 0 }] }, { servers: [{ weight: 1 }] }] });
});

test('thresholds that cross are a mistake of the command line', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const words = ['set', '10.0.0.1:80', '10.0.0.11', '--upper-threshold', '10', '--lower-threshold', '20'];
  expect(await daemon.rules(...words)).toMatchObject({ err: containing('[VSP_USAGE]'), exitCode: 2 });
});

test('set changes one server of one service', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web, tls));
  const words = ['set', '10.0.0.1:80', '10.0.0.12', '--weight', '0', '--upper-threshold', '100'];
  expect(await daemon.rules(...words, '--dry-run')).toMatchObject({
    out: containing('server 10.0.0.12:80: weight 2 -> 0, upperThreshold 100'),
  });
  expect(daemon.store.current()?.revision).toBe(1);
  expect(await daemon.rules(...words)).toMatchObject({ exitCode: 0 });
  expect(daemon.store.current()).toMatchObject({
    message: 'set 10.0.0.12 of 10.0.0.1:80: weight 0, upperThreshold 100',
    document: stated({ ...web, servers: [server('10.0.0.11'), server('10.0.0.12', { weight: 0, upperThreshold: 100 })] }, tls),
  });
});

test('an unknown server is exit 4 and told with the nearest one', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  expect(await daemon.rules('drain', '10.0.0.13:80')).toMatchObject({
    err: like(
      /cannot drain 10\.0\.0\.13:80: there is no server 10\.0\.0\.13:80 in the rules \(did you mean 10\.0\.0\.11:80\?\)\n.*UNKNOWN\]$/,
    ),
    exitCode: 4,
  });
});

test('a change of one server that meets another change is made again on top of it', async () => {
  let others = 2;
  const daemon = await rulesDaemon((store) => ({
    async rulesApply({ document, ...request }) {
      if (others-- > 0) await store.apply(rules(web, { ...tls, scheduler: `s${others}` }), { author: 'eve@vsbak', message: '' });
      const result = await store.apply(document, request);
      if (result.ok) return { ok: true, revision: result.revision.revision, digest: result.revision.digest };
      return { ok: false, reason: result.reason, detail: result.detail, currentRevision: 0 };
    },
  }));
  await daemon.apply(rules(web));
  expect(await daemon.rules('drain', '10.0.0.12')).toMatchObject({ out: containing('revision 4 is accepted'), exitCode: 0 });
  const drained = server('10.0.0.12', { weight: 0, restoreWeight: 2 });
  expect(daemon.store.current()?.document).toEqual(rules({ ...web, servers: [server('10.0.0.11'), drained] }, { ...tls, scheduler: 's0' }));
});

test('many who change at once all get their change', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  const weights = Array.from({ length: 10 }, (_, index) => `${index + 10}`);
  const said = await Promise.all(
    weights.map((weight) => ran(['rules', 'set', '10.0.0.1:80', '10.0.0.11', '--weight', weight, '--socket', daemon.socket])),
  );
  expect(said.map(({ exitCode }) => exitCode)).toEqual(weights.map(() => 0));
  expect(daemon.store.current()?.revision).toBe(11);
});

test('one that always meets another change is told to be given again', async () => {
  const conflict = { ok: false, reason: 'conflict', detail: 'the newest revision is 2, not 1', currentRevision: 2 } as const;
  const daemon = await rulesDaemon(() => ({ rulesApply: () => conflict }));
  await daemon.apply(rules(web));
  expect(await daemon.rules('drain', '10.0.0.12')).toMatchObject({
    err: like(
      /drain 10\.0\.0\.12: cannot apply it: another change came first, 20 times\n {2}give the command again \[VSP_RULES_CONFLICT\]$/,
    ),
    exitCode: 4,
  });
});

test('publish writes the rules in use once more, as a revision of their own', async () => {
  const daemon = await rulesDaemon(() => ({ rulesTrouble: () => 'the store has no rules' }));
  expect(await daemon.rules('publish')).toMatchObject({ err: containing('this director has no rules'), exitCode: 4 });
  await daemon.apply(rules(web));
  expect(await daemon.rules('publish')).toMatchObject({ out: like(/^revision 2 is accepted/), exitCode: 0 });
  expect(daemon.store.current()).toMatchObject({ message: 'revision 1 published again', document: stated(web) });
});

test('publish makes no revision when nothing was lost', async () => {
  const daemon = await rulesDaemon();
  await daemon.apply(rules(web));
  expect(await daemon.rules('publish')).toMatchObject({ out: containing('nothing was lost: the store has revision 1'), exitCode: 0 });
  expect(daemon.store.current()?.revision).toBe(1);
});

test('a file is left as it is', async () => {
  const daemon = await rulesDaemon();
  const file = written(oneService());
  await daemon.rules('apply', file);
  expect(readFileSync(file, 'utf8')).toBe(oneService());
});
