// `npm run demo`: a whole cluster on this one machine, a takeover and a handover, told as they happen. This half installs
// what is missing and finds a kernel with IPVS; the story itself runs there.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runWithIpvs } from '../lab/ipvsKernel.ts';
import { machineHasIpvs } from '../lab/machine.ts';
import type { ForwardingMethod } from '../lab/plan.ts';
import { buildProgram } from '../lab/program.ts';

const usage = `Usage: npm run demo [-- --method dr|nat|tun|all]

Builds the four-machine LVS cluster with a client on this machine, kills the active director under traffic,
watches the other one take over, and hands over back by hand. Needs root; touches no interface of this machine.

  --method   the forwarding method of IPVS: dr (direct routing, the default), nat, tun, or all three in turn`;

const methods: readonly ForwardingMethod[] = ['dr', 'nat', 'tun'];
const storyTimeoutMs = 180_000;

const begun = performance.now();
process.exitCode = await demo();

async function demo(): Promise<number> {
  const chosen = chosenMethods();
  if (chosen === 'help') return 0;
  if (chosen === undefined) return 2;
  const packages = spawnSync(process.execPath, [join(import.meta.dirname, '../lab/packages.ts')], { stdio: 'inherit' });
  if (packages.status !== 0) return 1;
  await buildProgram();
  tell(
    machineHasIpvs()
      ? 'This machine’s kernel has IPVS: the cluster runs on it.'
      : 'This machine’s kernel has no IPVS: the cluster runs in a user-mode-linux guest, which has.',
  );
  const outcomes: boolean[] = [];
  for (const method of chosen) outcomes.push(await story(method));
  const good = outcomes.every(Boolean);
  tell(
    `\n${good ? 'Everything told above was seen to happen' : 'Not everything told above was seen: see the marks'} (${Math.round((performance.now() - begun) / 1_000)} s). Nothing is left running.`,
  );
  return good ? 0 : 1;
}

async function story(method: ForwardingMethod): Promise<boolean> {
  // A guest has one CPU, on which a process start takes half a second: at 100 ms that alone could pass for a dead director.
  const env = { VSPAIR_DEMO_COLOUR: process.stdout.isTTY ? '1' : '0', VSPAIR_DEMO_INTERVAL_MS: machineHasIpvs() ? '100' : '250' };
  const argv = [process.execPath, join(import.meta.dirname, 'story.ts'), method];
  const { exitCode } = await runWithIpvs({ argv, env, timeoutMs: storyTimeoutMs, memoryMb: 1024, onLine: tell });
  return exitCode === 0;
}

function chosenMethods(): readonly ForwardingMethod[] | 'help' | undefined {
  try {
    const { values } = parseArgs({ options: { method: { type: 'string', default: 'dr' }, help: { type: 'boolean', short: 'h' } } });
    const chosen = values.method === 'all' ? methods : methods.filter((method) => method === values.method);
    if (values.help !== true && chosen.length > 0) return chosen;
    tell(values.help === true ? usage : `demo: there is no method ${values.method}\n\n${usage}`);
    if (values.help === true) return 'help';
  } catch (error) {
    tell(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  return undefined;
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
