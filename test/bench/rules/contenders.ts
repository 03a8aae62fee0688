// Those who bring the same services into an empty kernel, each in a namespace of its own: how long they take.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openIpvs } from '../../../src/kernel/ipvs.ts';
import { startReconcilerThread } from '../../../src/reconciler/thread.ts';
import { compileRules } from '../../../src/rules/compile.ts';
import type { RulesDocument } from '../../../src/rules/document.ts';
import { planRules } from '../../../src/rules/plan.ts';
import { ipvsadmLines } from '../../ipvs/ipvsadmLines.ts';
import { LabProcess, labEnv } from '../../lab/labProcess.ts';
import { inNamespace } from '../../lab/namespace.ts';
import { revised } from '../../rules/documents.ts';
import type { Pauses } from './pauses.ts';

export interface Passes {
  readonly loadMs: number;
  /** A pass that finds everything as it should be. */
  readonly nothingMs: number;
  /** What of these the main thread was busy for. */
  readonly mainMs: { readonly load: number; readonly nothing: number };
  /** The keeper's longest pause meanwhile. */
  readonly pauseMs: { readonly load: number; readonly nothing: number };
}

/** vspair's reconciler in its thread: from the document on the main thread to the answer that the kernel holds it. */
export async function vspair(namespace: string, document: RulesDocument, pauses: Pauses): Promise<Passes> {
  const stateDir = mkdtempSync(join(tmpdir(), 'vspair-bench-'));
  const boot = { stateDir, onDrift: 'repair' } as const;
  const reconciler = await inNamespace(namespace, () => startReconcilerThread(boot, ({ detail }) => process.stderr.write(`${detail}\n`)));
  try {
    const revision = revised(document);
    await pauses.take();
    const load = await timed(() => reconciler.apply(revision));
    if (load.result.failures.length > 0) throw new Error(JSON.stringify(load.result.failures[0]));
    const loadPause = await pauses.take();
    const nothing = await timed(() => reconciler.apply(revision));
    if (nothing.result.written > 0) throw new Error('a second pass wrote something');
    return {
      loadMs: load.ms,
      nothingMs: nothing.ms,
      mainMs: { load: load.busyMs, nothing: nothing.busyMs },
      pauseMs: { load: loadPause, nothing: await pauses.take() },
    };
  } finally {
    await reconciler.close();
    rmSync(stateDir, { recursive: true });
  }
}

async function timed<Result>(work: () => Promise<Result>) {
  const began = performance.now();
  const before = performance.eventLoopUtilization();
  const result = await work();
  return { result, ms: performance.now() - began, busyMs: performance.eventLoopUtilization(before).active };
}

/** The writing alone, of requests that are ready: what a takeover on cold standby has left to do. */
export function batchedNetlink(namespace: string, document: RulesDocument): number {
  const ipvs = inNamespace(namespace, openIpvs);
  try {
    const changes = planRules({ kernel: [], desired: document, owned: new Set() });
    const batch = compileRules(changes, { revision: 1, digest: '', family: ipvs.family() });
    const began = performance.now();
    const [failure] = ipvs.write(batch);
    if (failure !== undefined) throw new Error(JSON.stringify(failure));
    return performance.now() - began;
  } finally {
    ipvs.close();
  }
}

export function ipvsadm(namespace: string, document: RulesDocument): number {
  const input = ipvsadmLines(document);
  const began = performance.now();
  const { status, stderr } = inNamespace(namespace, () => spawnSync('ipvsadm', ['-R'], { input, encoding: 'utf8', env: labEnv() }));
  if (status !== 0) throw new Error(`ipvsadm -R: ${stderr}`);
  return performance.now() - began;
}

/** From its start until all destinations are in the kernel; undefined when that takes too long. */
export async function keepalived(namespace: string, document: RulesDocument, patienceMs: number): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'vspair-bench-'));
  const config = join(folder, 'keepalived.conf');
  writeFileSync(config, document.services.map(virtualServer).join(''));
  const pids = ['--pid', 'parent', '--checkers_pid', 'checkers'].map((word) => (word.startsWith('-') ? word : join(folder, word)));
  const servers = document.services.reduce((sum, one) => sum + one.servers.length, 0);
  const began = performance.now();
  const daemon = new LabProcess(namespace, ['keepalived', '--dont-fork', '--log-console', '--no-syslog', '--check', '-f', config, ...pids]);
  try {
    for (;;) {
      const ms = performance.now() - began;
      if (inNamespace(namespace, destinationsHeld) === servers) return ms;
      if (ms > patienceMs || !daemon.running) return void process.stdout.write(`keepalived: ${daemon.output.slice(-500)}\n`);
      await sleep(Math.max(20, ms / 20));
    }
  } finally {
    daemon.signal('SIGKILL');
    await daemon.exited;
    rmSync(folder, { recursive: true });
  }
}

const destinationsHeld = (): number =>
  readFileSync('/proc/thread-self/net/ip_vs', 'latin1')
    .match(/^ {2}->/gm)
    ?.slice(1).length ?? 0;

function virtualServer({ match, scheduler, servers }: RulesDocument['services'][number]): string {
  if (match.by === 'mark') throw new Error('the bench has no marks');
  const reals = servers.map(({ address, port, weight }) => `  real_server ${address} ${port} {\n    weight ${weight}\n  }\n`).join('');
  return `virtual_server ${match.address} ${match.port} {\n  lvs_sched ${scheduler}\n  lvs_method DR\n  protocol TCP\n${reals}}\n`;
}
