// The kernel's connection synchronisation: both halves run on every director all the time. Only the active has
// connections to tell of, so which half matters follows the virtual IPs by itself, with no transition to forget.
import type { SyncConfig } from '../config/config.ts';
import type { Ipvs } from '../kernel/ipvs.ts';
import { endpointText } from '../text/address.ts';
import type { IpvsDaemon } from '../wire/ipvs.ts';
import type { IpvsSetting } from './ipvsSettings.ts';

export type SyncDaemons = Pick<Ipvs, 'syncDaemons' | 'startSync' | 'stopSync'>;

export const syncSettings = (ipvs: SyncDaemons, sync: SyncConfig): IpvsSetting[] =>
  (['master', 'backup'] as const).map((role) => syncSetting(ipvs, { role, ...sync }));

function syncSetting(ipvs: SyncDaemons, wanted: IpvsDaemon): IpvsSetting {
  const { role } = wanted;
  const running = (): IpvsDaemon | undefined => ipvs.syncDaemons().find((daemon) => daemon.role === role);
  return {
    name: `${role} sync daemon`,
    wanted: textOf(wanted, wanted),
    read() {
      const daemon = running();
      return daemon === undefined ? 'not running' : textOf(daemon, wanted);
    },
    write() {
      // A daemon keeps the settings that it was started with.
      const failure = running() === undefined ? undefined : ipvs.stopSync(role);
      return failure ?? ipvs.startSync(wanted);
    },
  };
}

/** What the kernel chooses by itself, or before Linux 4.3 does not tell, is no difference. */
function textOf({ dev, syncId, maxLength, group, port, ttl }: IpvsDaemon, wanted: IpvsDaemon): string {
  const length = wanted.maxLength === undefined ? '' : `, at most ${maxLength ?? wanted.maxLength} bytes`;
  const address = group ?? wanted.group ?? '';
  const to = endpointText(address.includes(':') ? 6 : 4, address, port ?? wanted.port ?? 0);
  return `dev ${dev}, id ${syncId}, to ${to}, ttl ${ttl ?? wanted.ttl ?? 0}${length}`;
}
