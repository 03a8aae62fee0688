// In a real kernel: for each row of the table, what we write is what ipvsadm writes for the same rules. Both tables are
// compared as `ipvsadm -Sn` prints them and as the kernel tells them over netlink; what `ipvsadm -Sn` prints is also
// restored, to see whether it says all that the kernel holds.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { RulesDocument } from '../../src/rules/document.ts';
import type { Check } from '../lab/checks.ts';
import { anyDocument, rules, server, service } from '../rules/documents.ts';
import { checksOnPair, type Director, type PairCheck } from './director.ts';
import { ipvsadmLines } from './ipvsadmLines.ts';
import { byKey, clear, plan, write } from './kernelTable.ts';
import { type Row, table } from './table.ts';

export const checks: readonly Check[] = checksOnPair([
  ...table.map(checkOf),
  { title: 'scheduler twos is as with ipvsadm, or neither of us can have it', run: twosOrNeither },
  { title: 'any document is as with ipvsadm', run: anyDocumentIsSame },
]);

function checkOf({ what, document, printed }: Row): PairCheck {
  const title = `${what}: the same by netlink dump${printed ? ' and ipvsadm -Sn' : ', while ipvsadm -Sn leaves it out'}`;
  return {
    title,
    run(ours, theirs) {
      const lines = sameAsIpvsadm(ours, theirs, document);
      assert.equal(saysAll(theirs, lines), printed);
    },
  };
}

/** Returns what `ipvsadm -Sn` printed on both. */
function sameAsIpvsadm(ours: Director, theirs: Director, document: RulesDocument): readonly string[] {
  const typed = ipvsadmLines(document);
  assert.deepEqual(write(ours.ipvs, plan([], document)), []);
  theirs.ipvsadm(['-R'], typed);
  assert.deepEqual(byKey(ours.ipvs.dump()), byKey(theirs.ipvs.dump()));
  const saved = theirs.saved();
  assert.equal(saved.length, typed.split('\n').length - 1);
  assert.deepEqual(ours.saved(), saved);
  return saved;
}

function saysAll({ ipvs, ipvsadm }: Director, lines: readonly string[]): boolean {
  const before = byKey(ipvs.dump());
  clear(ipvs);
  ipvsadm(['-R'], lines.join('\n'));
  return isDeepStrictEqual(byKey(ipvs.dump()), before);
}

/** Debian's kernels come without it. */
function twosOrNeither(ours: Director, theirs: Director): void {
  const document = rules(service('10.0.0.1', [server('10.0.0.11')], { scheduler: 'twos' }));
  if (ours.ipvs.hasScheduler('twos')) {
    sameAsIpvsadm(ours, theirs, document);
    return;
  }
  assert.throws(() => theirs.ipvsadm(['-R'], ipvsadmLines(document)), /Scheduler or persistence engine not found/);
  assert.equal(write(ours.ipvs, plan([], document))[0]?.errno, 'ENOENT');
}

function anyDocumentIsSame(ours: Director, theirs: Director): void {
  fc.assert(
    fc.property(anyDocument, (document) => {
      for (const { ipvs } of [ours, theirs]) clear(ipvs);
      sameAsIpvsadm(ours, theirs, document);
    }),
    { numRuns: 5 },
  );
}
