// What the configuration wants IPVS to be set to. What it does not name is left alone.
import type { IpvsConfig, SysctlWish } from '../config/config.ts';
import type { Ipvs } from '../kernel/ipvs.ts';
import type { Sysctls } from '../kernel/sysctls.ts';
import { type SyncDaemons, syncSettings } from './connectionSync.ts';
import type { IpvsSetting } from './ipvsSettings.ts';

export interface SettableKernel {
  readonly ipvs: SyncDaemons & Pick<Ipvs, 'timeouts' | 'setTimeouts'>;
  readonly sysctls: Sysctls;
}

/** Sysctls come first: some say how the synchronisation daemons are started. */
export const settingsOf = (
  { sysctls, timeouts, connectionSync }: Pick<IpvsConfig, 'sysctls' | 'timeouts' | 'connectionSync'>,
  kernel: SettableKernel,
): IpvsSetting[] => [
  ...sysctls.map((wish) => sysctlSetting(wish, kernel.sysctls)),
  ...(['tcp', 'tcpFin', 'udp'] as const).flatMap((name) => {
    const seconds = timeouts[name];
    return seconds === undefined ? [] : [timeoutSetting(name, seconds, kernel.ipvs)];
  }),
  ...(connectionSync === undefined ? [] : syncSettings(kernel.ipvs, connectionSync)),
];

const sysctlSetting = ({ path, value }: SysctlWish, sysctls: Sysctls): IpvsSetting => ({
  name: `sysctl ${path.replaceAll('/', '.')}`,
  wanted: value,
  read: () => sysctls.read(path) ?? 'not there',
  write: () => sysctls.write(path, value),
});

/** The kernel takes a timeout of 0 for one that it is to leave alone. */
const untouched = { tcp: 0, tcpFin: 0, udp: 0 };

const timeoutSetting = (name: keyof typeof untouched, seconds: number, ipvs: SettableKernel['ipvs']): IpvsSetting => ({
  name: `timeout ${name}`,
  wanted: `${seconds}s`,
  read: () => `${ipvs.timeouts()[name]}s`,
  write: () => ipvs.setTimeouts({ ...untouched, [name]: seconds }),
});
