// Runs where IPVS is: what doctor sees of a kernel that has it, and what it makes of that.
import assert from 'node:assert/strict';
import type { Verdict } from '../../src/doctor/check.ts';
import { ipvs } from '../../src/doctor/checks/ipvs.ts';
import { ipvsSysctls } from '../../src/doctor/checks/ipvsSysctls.ts';
import { schedulers } from '../../src/doctor/checks/schedulers.ts';
import { standingOf } from '../../src/doctor/modules.ts';
import { seeKernel } from '../../src/observe/kernel.ts';
import { healthy, rulesBy } from '../doctor/healthy.ts';
import type { Check } from '../lab/checks.ts';

const levels = (verdicts: readonly Verdict[]): readonly string[] => verdicts.map(({ level, text }) => `${level}: ${text}`);

export const checks: readonly Check[] = [
  {
    title: 'doctor: a kernel with ip_vs is known as one, with the modules that it has and could load',
    run() {
      const kernel = seeKernel();
      assert.equal(ipvs.judge({ kernel })[0]?.level, 'ok');
      assert.equal(standingOf('ip_vs', kernel.modules), 'present');
      assert.equal(standingOf('ip_vs_nosuch', kernel.modules), 'missing');
    },
  },
  {
    title: 'doctor: a scheduler that this kernel has not is a problem, one that it has is none',
    run() {
      const kernel = seeKernel();
      const judged = (scheduler: string) => levels(schedulers.judge({ kernel, rules: rulesBy('dr', '10.0.0.11', { scheduler }) }));
      assert.match(judged('mh').join(), /^ok: mh/);
      assert.deepEqual(judged('nosuch'), ['problem: this kernel has no scheduler nosuch (module ip_vs_nosuch)']);
    },
  },
  {
    title: 'doctor: sysctls of IPVS are read, and those that do not fit the rules are told',
    run() {
      const seen = healthy({ kernel: seeKernel(), rules: rulesBy('dr', '10.0.0.11', { scheduler: 'mh' }) });
      assert.match(levels(ipvsSysctls.judge(seen)).join('\n'), /^warning: sloppy_tcp is 0/m);
    },
  },
];
