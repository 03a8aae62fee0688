// Runs where IPVS is: the rules that two directors share among themselves, in both kernels, through a cut that makes both
// of them active.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../lab/checks.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { rules, server, service } from '../rules/documents.ts';
import { type Applied, applyDocument, untilRules } from './operator.ts';
import { type Pair, startMs, startPair } from './pair.ts';
import { addForeignServices, assertTable, untilTable } from './scene.ts';

const { outside } = virtualAddresses;

/** Rules that differ by a port, and what `ipvsadm -Sn` makes of them. */
const at = (port: number) => rules(service(outside, [server('10.0.0.11', { port })], { port }));
const tableAt = (port: number): readonly string[] => [
  `-A -t ${outside}:${port} -s rr`,
  `-a -t ${outside}:${port} -r 10.0.0.11:${port} -g -w 1`,
];

let pair: Pair;
let edits: { readonly vs1: Applied; readonly vsbak: Applied };

export const sharedRulesChecks: readonly Check[] = [
  {
    title: 'rules given to the backup are in both kernels, with nothing but the directors to carry them',
    async run() {
      pair = await startPair({
        interval: '250ms',
        shape: { method: 'dr' },
        echo: false,
        async before({ directors }) {
          for (const host of directors) await addForeignServices(host);
          return [];
        },
      });
      for (const director of pair.directors) await director.until(({ self }) => self.daemon.store.connected, startMs);
      await applyDocument(pair.vsbak, at(80));
      for (const { host } of pair.directors) await untilTable(host, tableAt(80), startMs);
    },
  },
  {
    title: 'both heartbeat links cut: both are active, and each kernel has what was applied on its own side',
    async run() {
      const { cluster, vs1, vsbak } = pair;
      cluster.vs1.muteCable();
      await vsbak.untilPhase('active', startMs);
      for (const director of pair.directors) await director.until(({ self }) => !self.daemon.store.connected, startMs);
      edits = { vs1: await applyDocument(vs1, at(81)), vsbak: await applyDocument(vsbak, at(82)) };
      assert.equal(edits.vs1.revision, edits.vsbak.revision);
      await untilTable(vs1.host, tableAt(81), startMs);
      await untilTable(vsbak.host, tableAt(82), startMs);
    },
  },
  {
    title: 'healed: the rules of the director that stays active are in both kernels, and status names the edit that lost',
    async run() {
      pair.cluster.vs1.heal();
      await pair.vsbak.untilPhase('backup', startMs);
      for (const director of pair.directors) {
        await untilRules(director, edits.vs1);
        await untilTable(director.host, tableAt(81), startMs);
        await director.until(
          ({ problems }) => problems.some((problem) => problem.includes(`(${edits.vsbak.digest}) by op@vsbak`)),
          startMs,
        );
      }
    },
  },
  {
    title: 'a director that was away, and lost its disk, brings its kernel to the rules of the other one',
    async run() {
      const { vs1, vsbak } = pair;
      await vsbak.stop();
      rmSync(join(vsbak.folder, 'state'), { recursive: true });
      const applied = await applyDocument(vs1, rules(service(outside, [server('10.0.0.12', { port: 81 })], { port: 81 })));
      await assertTable(vsbak.host, tableAt(81));
      vsbak.start();
      await untilRules(vsbak, applied);
      await vs1.until(({ healthy }) => healthy, startMs);
      const table = tableAt(81).map((line) => line.replace('10.0.0.11', '10.0.0.12'));
      for (const { host } of pair.directors) await untilTable(host, table, startMs);
    },
  },
];
