// Checks what a machine is told about its own kernel's IPVS; what IPVS does is checked in test/ipvs.
import { expect, test } from 'vitest';
import { openIpvs } from '../../src/kernel/ipvs.ts';
import { machineHasIpvs } from '../lab/machine.ts';

test('a kernel without IPVS is told apart from one with it, and the error says what to do', () => {
  const ipvs = openIpvs();
  try {
    const problem = ipvs.available();
    expect(problem?.code).toBe(machineHasIpvs() ? undefined : 'VSP_KERNEL');
    expect(problem?.message.includes('this kernel has no ip_vs and can load no module of it; install a kernel')).toBe(
      machineHasIpvs() ? undefined : true,
    );
  } finally {
    ipvs.close();
  }
});
