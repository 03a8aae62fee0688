// What the kernel's IPVS is set to beside its rules: timeouts, connection synchronisation, sysctls. A level, as the rules
// are: looked at now and then, and put back when somebody else has changed it. Never in the way of anything else.
import type { KernelFailure } from '../keeper/ports.ts';

/** One thing that can be set. Texts are compared, and shown to people. */
export interface IpvsSetting {
  readonly name: string;
  readonly wanted: string;
  /** May throw VspairError, when there is no IPVS. */
  read(): string;
  /** May throw VspairError, when there is no IPVS. */
  write(): KernelFailure | undefined;
}

export type IpvsSettingEvent =
  /** `first`: at the start of the daemon; later it means that somebody else had changed it. */
  | { readonly type: 'settingPut'; readonly name: string; readonly found: string; readonly wanted: string; readonly first: boolean }
  /** Told once, until it works or fails for another reason. */
  | { readonly type: 'settingRefused'; readonly failure: KernelFailure };

export interface IpvsSettings {
  /** Compares, and puts right what is not as wanted. Happens by itself at the start and then on a clock. */
  look(): void;
  /** Other settings from now on; what they change is our own work, as at the start. */
  change(settings: readonly IpvsSetting[], everyMs: number): void;
  /** What IPVS could not be set to, at the last look. */
  refused(): readonly KernelFailure[];
  close(): void;
}

export interface IpvsSettingsParts {
  readonly settings: readonly IpvsSetting[];
  /** Between two looks. */
  readonly everyMs: number;
  readonly report: (event: IpvsSettingEvent) => void;
}

export function keepIpvsSettings({ report, ...begin }: IpvsSettingsParts): IpvsSettings {
  let { settings } = begin;
  let timer: NodeJS.Timeout | undefined;
  const refused = new Map<string, KernelFailure>();
  let first = true;

  const look = (): void => {
    for (const setting of settings) lookAt(setting);
    first = false;
  };

  const lookAt = (setting: IpvsSetting): void => {
    const { failure, found } = put(setting);
    const before = refused.get(setting.name);
    if (failure === undefined) {
      refused.delete(setting.name);
      if (found !== undefined) report({ type: 'settingPut', name: setting.name, found, wanted: setting.wanted, first });
      return;
    }
    refused.set(setting.name, failure);
    if (before?.errno !== failure.errno) report({ type: 'settingRefused', failure });
  };

  const keep = (everyMs: number): void => {
    first = true;
    look();
    clearInterval(timer);
    timer = settings.length === 0 ? undefined : setInterval(look, everyMs).unref();
  };

  keep(begin.everyMs);
  return {
    look,
    change(next, everyMs) {
      settings = next;
      for (const name of refused.keys()) if (!next.some((setting) => setting.name === name)) refused.delete(name);
      keep(everyMs);
    },
    refused: () => [...refused.values()],
    close: () => clearInterval(timer),
  };
}

/** `found`: what had to be changed. Nothing when all was as it should be. */
function put(setting: IpvsSetting): { readonly failure?: KernelFailure | undefined; readonly found?: string } {
  try {
    const found = setting.read();
    return found === setting.wanted ? {} : { found, failure: setting.write() };
  } catch (error) {
    return { failure: { object: setting.name, attempt: 'set', errno: error instanceof Error ? error.message : String(error) } };
  }
}
