// In a real kernel: a director's rules over restarts, and the connection synchronisation daemons, as ipvsadm sees them.
import assert from 'node:assert/strict';
import type { Ipvs } from '../../src/kernel/ipvs.ts';
import { createReconciler, type Reconciler } from '../../src/rules/reconciler.ts';
import type { Check } from '../lab/checks.ts';
import { revised, rules, server, service } from '../rules/documents.ts';
import { checkWith, type Director } from './director.ts';

const web = service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')]);
const mail = service('10.0.0.2', [server('10.0.0.13')], { port: 25, scheduler: 'wlc' });
const odd = service('10.0.0.3', [server('10.0.0.14')], { scheduler: 'nosuch' });

const lo = { dev: 'lo', syncId: 7, maxLength: undefined, group: '224.0.0.81', port: 8848, ttl: 1 } as const;

export const checks: readonly Check[] = [
  checkWith('a restarted daemon adopts what it finds, writes nothing, and removes what the document lost', adoptsAndRemoves),
  checkWith('an unknown scheduler is named, and the other services are in', async (newDirector) => {
    const { ipvs, saved } = newDirector();
    const { failures, mark } = await daemonOn(ipvs)().apply(revised(rules(odd, web)));
    assert.deepEqual(failures, [
      { object: 'service tcp 10.0.0.3:80 nosuch', attempt: 'add', errno: 'ENOENT' },
      { object: 'server 10.0.0.14:80 of tcp 10.0.0.3:80', attempt: 'add', errno: 'ESRCH' },
    ]);
    assert.equal(mark.ready, true);
    assert.equal(saved().length, 3);
  }),
  checkWith('what is prepared for a cold standby is written by another socket, and withdrawn again', async (newDirector) => {
    const { ipvs, saved } = newDirector();
    const reconciler = daemonOn(ipvs)();
    const { batch, failures } = await reconciler.prepare(revised(rules(web, odd, mail)));
    assert.equal(failures.length, 2);
    assert.deepEqual(saved(), []);
    assert.deepEqual(ipvs.write(batch), []);
    assert.equal(saved().length, 5);
    await reconciler.withdraw();
    assert.deepEqual(saved(), []);
  }),
  checkWith('the synchronisation daemons run as ipvsadm sees them; starting or stopping one twice is no failure', syncDaemons),
  checkWith('a synchronisation daemon on a device that does not exist is refused by name', (newDirector) => {
    const { ipvs } = newDirector();
    assert.deepEqual(ipvs.startSync({ ...lo, role: 'master', dev: 'nosuch' }), {
      object: 'master sync daemon on nosuch',
      attempt: 'start',
      errno: 'ENODEV',
    });
  }),
  checkWith('the version is that of ipvsadm', (newDirector) => {
    const { ipvs, ipvsadm } = newDirector();
    const { version, connectionTableSize } = ipvs.info();
    assert(ipvsadm(['-Ln']).startsWith(`IP Virtual Server version ${version} (size=${connectionTableSize})`));
  }),
];

/** Each call starts the daemon anew on the same disk. */
function daemonOn(ipvs: Ipvs): () => Reconciler {
  let disk: readonly string[] = [];
  const ownership = {
    load: () => Promise.resolve(disk),
    save(keys: readonly string[]) {
      disk = keys;
      return Promise.resolve();
    },
  };
  return () => createReconciler({ ipvs, ownership });
}

async function adoptsAndRemoves(newDirector: () => Director): Promise<void> {
  const { ipvs, ipvsadm, saved } = newDirector();
  ipvsadm(['-R'], '-A -f 7 -s rr');
  const start = daemonOn(ipvs);
  assert.equal((await start().apply(revised(rules(web, mail)))).written, 5);
  const before = saved();
  assert.deepEqual(await start().apply(revised(rules(web, mail), 1)), {
    written: 0,
    failures: [],
    mark: { revision: 1, digest: revised(rules(web, mail)).digest, ready: true },
    unsaved: undefined,
    drift: undefined,
    draining: [],
    unfinished: false,
  });
  assert.deepEqual(saved(), before);
  await start().apply(revised(rules(web), 2));
  assert.deepEqual(
    saved(),
    before.filter((line) => !line.includes('10.0.0.2:25')),
  );
}

function syncDaemons(newDirector: () => Director): void {
  const { ipvs, ipvsadm } = newDirector();
  for (const role of ['master', 'backup', 'master'] as const) assert.equal(ipvs.startSync({ ...lo, role }), undefined);
  assert.deepEqual(ipvs.syncDaemons(), [
    { ...lo, role: 'master', maxLength: 1472 },
    { ...lo, role: 'backup', maxLength: 65507 },
  ]);
  assert.match(ipvsadm(['-L', '--daemon']), /^master sync daemon \(mcast=lo, syncid=7, .*\nbackup sync daemon \(mcast=lo, syncid=7, /);
  for (const role of ['master', 'backup', 'master'] as const) assert.equal(ipvs.stopSync(role), undefined);
  assert.equal(ipvsadm(['-L', '--daemon']), '');
}
