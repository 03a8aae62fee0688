// Runs where IPVS is: every contender in turn, for more and more services, one line of JSON for each.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RulesDocument } from '../../../src/rules/document.ts';
import { ipBatch } from '../../lab/ip.ts';
import { setLinkUp } from '../../lab/link.ts';
import { inNamespace } from '../../lab/namespace.ts';
import { rules, server, service } from '../../rules/documents.ts';
import { batchedNetlink, ipvsadm, keepalived, vspair } from './contenders.ts';
import { daemonMemory } from './memory.ts';
import { startPauses } from './pauses.ts';
import { type BenchLine, lineMark, sizes } from './result.ts';

const keepalivedPatienceMs = 40_000;

const say = (line: BenchLine): unknown => process.stdout.write(`${lineMark}${JSON.stringify(line)}\n`);

const documentOf = (services: number): RulesDocument =>
  rules(
    ...Array.from({ length: services }, (_, number) =>
      service(`10.1.${number >> 8}.${number & 255}`, [server('10.0.0.11'), server('10.0.0.12')]),
    ),
  );

let namespaces = 0;

async function inEmptyKernel<Result>(work: (namespace: string) => Promise<Result> | Result): Promise<Result> {
  namespaces += 1;
  const namespace = `vspair-bench-${namespaces}`;
  ipBatch([`netns add ${namespace}`]);
  try {
    inNamespace(namespace, () => setLinkUp('lo', true));
    return await work(namespace);
  } finally {
    ipBatch([`netns del ${namespace}`]);
  }
}

const pauses = startPauses();
await pauses.take();
await sleep(3_000);
say({ type: 'idle', pauseMs: await pauses.take() });
for (const services of sizes) {
  const document = documentOf(services);
  say({
    type: 'row',
    services,
    vspair: await inEmptyKernel((namespace) => vspair(namespace, document, pauses)),
    batchMs: await inEmptyKernel((namespace) => batchedNetlink(namespace, document)),
    ipvsadmMs: await inEmptyKernel((namespace) => ipvsadm(namespace, document)),
    keepalivedMs: await inEmptyKernel((namespace) => keepalived(namespace, document, keepalivedPatienceMs)),
  });
}
await pauses.close();
const services = Math.max(...sizes);
say({ type: 'memory', services, ...(await daemonMemory(services)) });
process.exit(0);
