// vspair beside what it replaces, measured.
//   npm run bench [-- ROUNDS [STRIKE]]      how long a client is not served, beside keepalived
//   npm run bench -- rules [--json]         rules into the kernel, beside ipvsadm and keepalived
import { ensurePackages } from '../lab/packages.ts';
import { buildProgram } from '../lab/program.ts';
import { benchOutages } from './outages.ts';
import { benchRules } from './rules/bench.ts';

const [what = '10', more] = process.argv.slice(2);

ensurePackages('bench');
await buildProgram();
if (what === 'rules') await benchRules(more === '--json');
else await benchOutages(Number(what), more);
