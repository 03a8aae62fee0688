// An IPVS table in memory that takes the real bytes and refuses what the kernel refuses, with the same errno. That it does
// is checked against a real kernel in test/ipvs.
import type { CompiledRules, KernelFailure } from '../../src/keeper/ports.ts';
import { failuresOf } from '../../src/rules/failures.ts';
import { type HeldServer, type HeldService, type HeldServices, serverKey, serviceKey } from '../../src/rules/kernelServices.ts';
import type { IpvsTable } from '../../src/rules/reconciler.ts';
import { type IpvsDestination, type IpvsService, type IpvsServiceId, SERVICE_HASHED } from '../../src/wire/ipvs.ts';
import { decodeIpvsRequest, type IpvsRequest } from '../../src/wire/ipvsRequest.ts';
import { decodeMessages } from '../../src/wire/netlink.ts';

export interface VirtualIpvs extends IpvsTable {
  /** Carries one request out as somebody else's tool would. Returns the errno's name when it is refused. */
  carryOut(request: IpvsRequest): string | undefined;
  /** Names of the commands carried out since the last call of this, in order. */
  takeCommands(): string[];
  /** Called after each request. */
  onChange: (table: HeldServices) => void;
  /** While set, every write is refused with it. */
  refusal: string | undefined;
  /** How many connections a server has, by serverKey. */
  readonly connections: Map<string, number>;
}

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf'];

interface Entry {
  readonly service: IpvsService;
  readonly servers: Map<string, IpvsDestination>;
}

export function createVirtualIpvs(): VirtualIpvs {
  const table = new Map<string, Entry>();
  let commands: string[] = [];

  const dump = (): HeldServices =>
    [...table.values()].map(({ service, servers }): HeldService => ({ service, servers: [...servers.values()].reverse().map(held) }));

  const held = (server: IpvsDestination): HeldServer => ({ ...server, connections: virtual.connections.get(serverKey(server)) ?? 0 });

  const carryOut = (request: IpvsRequest): string | undefined => {
    commands.push(request.command);
    const errno = virtual.refusal ?? changed(table, request);
    virtual.onChange(dump());
    return errno;
  };

  const write = (batch: CompiledRules): readonly KernelFailure[] => {
    const errnos = new Map<number, string>();
    for (const { sequence, payload } of taken(decodeMessages(batch.messages))) {
      const errno = carryOut(taken(decodeIpvsRequest(payload)));
      if (errno !== undefined) errnos.set(sequence, errno);
    }
    return failuresOf(batch, errnos);
  };

  const virtual: VirtualIpvs = {
    family: () => 28,
    dump,
    hasScheduler: (name) => schedulers.includes(name),
    write,
    carryOut,
    takeCommands() {
      const taken = commands;
      commands = [];
      return taken;
    },
    onChange: () => undefined,
    refusal: undefined,
    connections: new Map(),
  };
  return virtual;
}

function changed(table: Map<string, Entry>, request: IpvsRequest): string | undefined {
  switch (request.command) {
    case 'newService':
      return newService(table, request.service);
    case 'setService':
      return withEntry(table, request.service.id, ({ servers }) => put(table, request.service, servers));
    case 'delService':
      return table.delete(serviceKey(request.id)) ? undefined : 'ESRCH';
    case 'newDestination':
      return withEntry(table, request.of, ({ servers }) =>
        servers.has(serverKey(request.destination)) ? 'EEXIST' : putServer(servers, request.destination),
      );
    case 'setDestination':
      return withEntry(table, request.of, ({ servers }) =>
        servers.has(serverKey(request.destination)) ? putServer(servers, request.destination) : 'ENOENT',
      );
    case 'delDestination':
      return withEntry(table, request.of, ({ servers }) => (servers.delete(serverKey(request.destination)) ? undefined : 'ENOENT'));
    case 'newDaemon':
    case 'delDaemon':
    case 'setTimeouts':
    case 'getServices':
    case 'getDestinations':
    case 'getDaemons':
    case 'getTimeouts':
    case 'getInfo':
      return 'EOPNOTSUPP';
  }
}

const newService = (table: Map<string, Entry>, service: IpvsService): string | undefined =>
  table.has(serviceKey(service.id)) ? 'EEXIST' : put(table, service, new Map());

function withEntry(table: Map<string, Entry>, id: IpvsServiceId, change: (entry: Entry) => string | undefined): string | undefined {
  const entry = table.get(serviceKey(id));
  return entry === undefined ? 'ESRCH' : change(entry);
}

function put(table: Map<string, Entry>, service: IpvsService, servers: Map<string, IpvsDestination>): string | undefined {
  if (!schedulers.includes(service.scheduler)) return 'ENOENT';
  table.set(serviceKey(service.id), { service: { ...service, flags: service.flags | SERVICE_HASHED }, servers });
  return undefined;
}

function putServer(servers: Map<string, IpvsDestination>, server: IpvsDestination): string | undefined {
  if (server.lowerThreshold > server.upperThreshold) return 'ERANGE';
  servers.set(serverKey(server), server);
  return undefined;
}

function taken<Value>(outcome: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string }): Value {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}
