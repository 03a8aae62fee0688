// The kernel's IPVS table, planned and written in one step, and brought into an order in which two tables can be compared.
import type { KernelFailure } from '../../src/keeper/ports.ts';
import type { Ipvs } from '../../src/kernel/ipvs.ts';
import { compileRules } from '../../src/rules/compile.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { type KernelServices, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
import { type IpvsChange, planRules } from '../../src/rules/plan.ts';

export const plan = (kernel: KernelServices, desired: RulesDocument, owned: readonly string[] = []): IpvsChange[] =>
  planRules({ kernel, desired, owned: new Set(owned) });

export const write = (ipvs: Ipvs, changes: readonly IpvsChange[]): readonly KernelFailure[] =>
  ipvs.write(compileRules(changes, { revision: 1, digest: '', family: ipvs.family() }));

export function clear(ipvs: Ipvs): void {
  const kernel = ipvs.dump();
  const everything = kernel.map(({ service }) => serviceKey(service.id));
  write(ipvs, plan(kernel, { services: [] }, everything));
}

/** The kernel's order is that of its hash table. */
export const byKey = (services: KernelServices) =>
  Object.fromEntries(
    services.map((one) => [
      serviceKey(one.service.id),
      { ...one, servers: Object.fromEntries(one.servers.map((to) => [serverKey(to), to])) },
    ]),
  );
