// Options of ipvsadm as a service or a server.
import type { ForwardingMethod, SchedulerFlag, ServiceMatch, Tunnel } from '../../rules/document.ts';
import { readNetmask, schedulers } from '../../rules/loadShape.ts';
import { type Address, parseAddress } from '../../text/address.ts';
import { oneOf } from '../../text/nearest.ts';
import type { Ledger, Passage } from '../ledger.ts';
import type { ServerDraft, ServiceDraft } from '../serviceDraft.ts';
import type { Option } from './options.ts';

/** The options of one line, by name; a number outside of its bounds is a mistake. */
export class Options {
  readonly passage: Passage;
  readonly #options: readonly Option[];
  readonly #ledger: Ledger;

  constructor(options: readonly Option[], passage: Passage, ledger: Ledger) {
    this.#options = options;
    this.passage = passage;
    this.#ledger = ledger;
  }

  find(name: string): Option | undefined {
    return this.#options.find((option) => option.name === name);
  }

  /** Undefined when it is not there, or not a number from `least` to `most`. */
  number(name: string, least: number, most: number): number | undefined {
    const option = this.find(name);
    if (option === undefined) return undefined;
    const value = /^\d{1,10}$/.test(option.value) ? Number(option.value) : Number.NaN;
    if (value >= least && value <= most) return value;
    return this.wrong(option, `--${name} is ${option.value}`, `a whole number from ${least} to ${most}`);
  }

  wrong(option: Option | undefined, what: string, expected: string): undefined {
    this.#ledger.wrong(option ?? this.passage, what, expected);
    return undefined;
  }

  assumed(what: string, why: string): void {
    this.#ledger.assumed(this.passage, what, why);
  }
}

export interface Endpoint {
  readonly address: Address;
  /** Undefined: there is none. */
  readonly port: number | undefined;
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`, `10.0.0.1`. Names are not resolved: they may mean another address elsewhere. */
export function endpointIn(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? text);
  const port = digits === undefined ? undefined : Number(digits);
  return address === undefined || (port ?? 0) > 65_535 ? undefined : { address, port };
}

export function matchIn(options: Options): ServiceMatch | undefined {
  for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
    const option = options.find(`${protocol}-service`);
    if (option === undefined) continue;
    const endpoint = endpointIn(option.value);
    if (endpoint === undefined)
      return options.wrong(
        option,
        `${option.value} is no address`,
        'an address in digits, as ipvsadm -Sn (with -n) writes it, such as 10.0.0.1:80',
      );
    return { by: 'address', protocol, address: endpoint.address.text, port: endpoint.port ?? 0, lastPort: undefined };
  }
  if (options.find('fwmark-service') === undefined)
    return options.wrong(undefined, 'this line names no service', '-t, -u or --sctp-service with an address, or -f with a mark');
  const mark = options.number('fwmark-service', 1, 0xffff_ffff);
  return mark === undefined ? undefined : { by: 'mark', mark, family: options.find('ipv6') === undefined ? 4 : 6 };
}

/** ipvsadm(8): "otherwise the default of 300 seconds will be used". */
const defaultPersistence = 300;

export function serviceIn(options: Options, match: ServiceMatch): Omit<ServiceDraft, 'servers'> {
  return {
    ...options.passage,
    match,
    scheduler: schedulerIn(options),
    schedulerFlags: flagsIn(options),
    persistence: persistenceIn(options),
    persistenceNetmask: netmaskIn(options, match),
    persistenceEngine: engineIn(options),
    onePacket: options.find('ops') !== undefined,
  };
}

function schedulerIn(options: Options): string {
  const option = options.find('scheduler');
  if (option === undefined) options.assumed('scheduler wlc', 'ipvsadm(8): the default');
  else if (!schedulers.some((known) => known === option.value))
    options.wrong(option, `the scheduler is ${option.value}`, oneOf(schedulers));
  return option?.value ?? 'wlc';
}

/** ipvsadm names a flag by its number where the scheduler has no name for it. */
function flagsIn(options: Options): SchedulerFlag[] {
  const option = options.find('sched-flags');
  const scheduler = options.find('scheduler')?.value ?? 'wlc';
  const names = (option?.value ?? '').split(',').filter((name) => name !== '');
  return names.flatMap((name): SchedulerFlag[] => {
    const full = name.replace('flag-1', `${scheduler}-fallback`).replace('flag-2', `${scheduler}-port`);
    const flag = (['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'] as const).find(
      (known) => known === full && known.startsWith(scheduler),
    );
    if (flag === undefined)
      options.wrong(
        option,
        `the scheduler ${scheduler} has no flag ${name}`,
        'sh-port, sh-fallback, mh-port or mh-fallback with its scheduler',
      );
    return flag === undefined ? [] : [flag];
  });
}

function persistenceIn(options: Options): number | undefined {
  const option = options.find('persistent');
  if (option === undefined || option.value !== '') return options.number('persistent', 1, 31 * 24 * 3600);
  options.assumed(`persistence of ${defaultPersistence}s`, 'ipvsadm(8): the default');
  return defaultPersistence;
}

function netmaskIn(options: Options, match: ServiceMatch): string | undefined {
  const option = options.find('netmask');
  if (option === undefined) return undefined;
  const mask = readNetmask(option.value);
  const family = match.by === 'mark' ? match.family : match.address.includes(':') ? 6 : 4;
  if (options.find('persistent') === undefined)
    return options.wrong(option, `--netmask ${option.value} without --persistent`, '-p beside it');
  if (mask !== undefined && mask.includes('.') === (family === 4)) return mask;
  return options.wrong(
    option,
    `--netmask is ${option.value}`,
    family === 4 ? 'a mask such as 255.255.255.0' : 'a prefix length from 1 to 128',
  );
}

function engineIn(options: Options): 'sip' | undefined {
  const option = options.find('pe');
  return option === undefined || option.value === 'sip' ? option && 'sip' : options.wrong(option, `--pe is ${option.value}`, 'sip');
}

export function serverIn(options: Options): ServerDraft | undefined {
  const option = options.find('real-server');
  const endpoint = endpointIn(option?.value ?? '');
  if (endpoint === undefined)
    return options.wrong(option, `the real server is ${option?.value ?? 'missing'}`, '-r and an address in digits, such as 10.0.0.11:80');
  if (options.find('weight') === undefined) options.assumed('weight 1', 'ipvsadm(8): the default');
  const forward = methodIn(options);
  return {
    ...options.passage,
    address: endpoint.address.text,
    port: endpoint.port,
    weight: options.number('weight', 0, 65_535) ?? 1,
    forward,
    tunnel: forward === 'tun' ? tunnelIn(options) : undefined,
    upperThreshold: options.number('u-threshold', 0, 0xffff_ffff) ?? 0,
    lowerThreshold: options.number('l-threshold', 0, 0xffff_ffff) ?? 0,
  };
}

function methodIn(options: Options): ForwardingMethod {
  if (options.find('ipip') !== undefined) return 'tun';
  if (options.find('masquerading') !== undefined) return 'nat';
  if (options.find('gatewaying') === undefined) options.assumed('forward dr', 'ipvsadm(8): the default');
  return 'dr';
}

function tunnelIn(options: Options): Tunnel | undefined {
  const option = options.find('tun-type');
  const checksum = options.find('tun-remcsum') !== undefined ? 'remote' : options.find('tun-csum') !== undefined ? 'full' : 'none';
  switch (option?.value) {
    case undefined:
      return undefined;
    case 'ipip':
      return { type: 'ipip' };
    case 'gre':
      return checksum === 'remote'
        ? options.wrong(option, 'a gre tunnel has no remote checksum', '--tun-nocsum or --tun-csum')
        : { type: 'gre', checksum };
    case 'gue': {
      const port = options.number('tun-port', 1, 65_535);
      return port === undefined
        ? options.wrong(option, 'a gue tunnel without its port', '--tun-port NUMBER')
        : { type: 'gue', port, checksum };
    }
    default:
      return options.wrong(option, `--tun-type is ${option?.value ?? ''}`, 'ipip, gue or gre');
  }
}
