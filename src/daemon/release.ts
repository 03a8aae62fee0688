// What a daemon that is gone left in the kernel, taken out: its virtual IPs first, then its virtual services, since an
// address without services refuses its clients.
import { VspairError } from '../errors/catalogue.ts';
import { addressObject, type KernelFailure } from '../keeper/ports.ts';
import { type Ipvs, openIpvs } from '../kernel/ipvs.ts';
import { openKernelPort } from '../kernel/kernelPort.ts';
import { SystemError } from '../kernel/syscalls.ts';
import { createReconciler } from '../rules/reconciler.ts';
import { addressFile } from '../store/addressFile.ts';
import type { OnFileProblem } from '../store/fileProblem.ts';
import { ownershipFile } from '../store/ownershipFile.ts';

export interface Released {
  /** `10.0.0.1/24 dev eth0` */
  readonly addresses: readonly string[];
  /** How many virtual services. */
  readonly services: number;
  /** What is still there. */
  readonly failures: readonly KernelFailure[];
}

/** Throws VspairError, VSP_KERNEL, when this process may not speak to the kernel. */
export async function releaseKernel(stateDir: string, onProblem: OnFileProblem): Promise<Released> {
  const { port, ipvs } = openKernel();
  try {
    const noted = await addressFile(stateDir, onProblem).load();
    const present = new Set(port.addresses().map(addressObject));
    const held = noted.filter((vip) => present.has(addressObject(vip)));
    const failures = port.releaseAddresses(held);
    const stuck = new Set(failures.map(({ object }) => object));
    const services = await withdrawServices(ipvs, stateDir, onProblem);
    return {
      addresses: held.map(addressObject).filter((object) => !stuck.has(object)),
      services: services.written,
      failures: [...failures, ...services.failures],
    };
  } finally {
    port.close();
    ipvs.close();
  }
}

function openKernel() {
  try {
    return { port: openKernelPort(), ipvs: openIpvs() };
  } catch (cause) {
    if (cause instanceof SystemError) throw new VspairError({ code: 'VSP_KERNEL', object: 'the kernel', attempt: 'open it', cause });
    throw cause;
  }
}

/** A kernel without IPVS holds no service of ours. */
async function withdrawServices(
  ipvs: Ipvs,
  stateDir: string,
  onProblem: OnFileProblem,
): Promise<{ readonly written: number; readonly failures: readonly KernelFailure[] }> {
  if (ipvs.available() !== undefined) return { written: 0, failures: [] };
  return createReconciler({ ipvs, ownership: ownershipFile(stateDir, onProblem) }).withdraw();
}
