// keepalived as the other contender: a pair of it on the lab's directors, with files of its own, never the machine's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './host.ts';
import type { LabProcess } from './labProcess.ts';
import { virtualAddresses } from './plan.ts';

export interface KeepalivedWishes {
  /** advert_int, in seconds; VRRPv3 knows hundredths. */
  readonly intervalSeconds: number;
  /** More of keepalived.conf, such as virtual_server sections: with them its checker process runs too. */
  readonly more?: string;
}

export class Keepalived {
  readonly host: Host;
  readonly process: LabProcess;

  /** Without peers it speaks by multicast, as it does by itself. */
  constructor(host: Host, peers: readonly Host[], priority: number, wishes: KeepalivedWishes) {
    this.host = host;
    const folder = mkdtempSync(join(tmpdir(), `vspair-lab-keepalived-${host.name}-`));
    const [config, parent, vrrp, checkers] = ['keepalived.conf', 'parent.pid', 'vrrp.pid', 'checkers.pid'].map((name) =>
      join(folder, name),
    );
    host.onClose(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(String(config), configText(host, peers, priority, wishes));
    const options = ['--use-file', config, '--pid', parent, '--vrrp_pid', vrrp, '--checkers_pid', checkers].map(String);
    const only = wishes.more === undefined ? ['--vrrp'] : [];
    this.process = host.spawn(['keepalived', '--dont-fork', '--log-console', '--no-syslog', ...only, ...options]);
  }

  async untilMaster(timeoutMs = 15_000): Promise<void> {
    await this.process.line(/Entering MASTER STATE/, timeoutMs);
  }

  async untilBackup(timeoutMs = 15_000): Promise<void> {
    await this.process.line(/Entering BACKUP STATE/, timeoutMs);
  }
}

function configText(host: Host, peers: readonly Host[], priority: number, { intervalSeconds, more = '' }: KeepalivedWishes): string {
  const vips = [`${virtualAddresses.outside}/24 dev eth0`, `${virtualAddresses.inside}/24 dev eth1`].slice(0, host.plan.legs.length);
  return `global_defs {
  router_id ${host.name}
  vrrp_version 3
}
vrrp_instance web {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${intervalSeconds}
${peers.length === 0 ? '' : unicastText(host, peers)}  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
}
${more}`;
}

const unicastText = (host: Host, peers: readonly Host[]): string => `  unicast_src_ip ${host.leg('eth0').address}
  unicast_peer {
    ${peers.map((peer) => peer.leg('eth0').address).join('\n    ')}
  }
`;
