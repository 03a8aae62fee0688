// Who answers ARP requests for an address, as a host on that network sees it.
import type { Host } from '../lab/host.ts';

/** The MACs that answered, each once; every request is broadcast, so that nobody is left out. */
export async function whoAnswers(host: Host, address: string): Promise<readonly string[]> {
  const asking = host.spawn(['arping', '-b', '-c', '3', '-w', '3', '-I', host.leg().dev, address]);
  await asking.exited;
  return [...new Set([...asking.output.matchAll(/reply from \S+ \[([0-9A-F:]+)\]/g)].map(([, mac = '']) => mac.toLowerCase()))].toSorted();
}
