// `vspair release` in a kernel with IPVS.
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseKernel } from '../../src/daemon/release.ts';
import { createReconciler } from '../../src/rules/reconciler.ts';
import { ownershipFile } from '../../src/store/ownershipFile.ts';
import type { Check } from '../lab/checks.ts';
import { revised, rules, server, service } from '../rules/documents.ts';
import { checkWith, type Director } from './director.ts';

export const checks: readonly Check[] = [
  checkWith('a release takes out the services of a daemon that is gone, and leaves those of others', withFolder(oursGo)),
];

function withFolder(run: (director: Director, folder: string) => Promise<void>): (newDirector: () => Director) => Promise<void> {
  return async (newDirector) => {
    const folder = mkdtempSync(join(tmpdir(), 'vspair-release-'));
    try {
      await run(newDirector(), folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

async function oursGo({ ipvs, ipvsadm, saved, within }: Director, folder: string): Promise<void> {
  const document = rules(service('10.0.0.1', [server('10.0.0.11')]), service('2001:db8::1', [server('2001:db8::11')]));
  ipvsadm(['-A', '-t', '10.9.9.9:80', '-s', 'rr']);
  const before = saved();
  const ownership = ownershipFile(folder, unexpected);
  await createReconciler({ ipvs, ownership }).apply(revised(document));
  assert.equal(saved().length, before.length + 4);
  assert.deepEqual(await within(() => releaseKernel(folder, unexpected)), { addresses: [], services: 2, failures: [] });
  assert.deepEqual(saved(), before);
  assert.deepEqual(await ownership.load(), []);
}

const unexpected = (problem: unknown): never => assert.fail(JSON.stringify(problem));
