// The kernel's IPVS over generic netlink: the whole table read, compiled batches written, the synchronisation daemons.
// Used by the reconciler's thread (the rules) and by the main thread (the daemons), each with a socket of its own.
import { VspairError } from '../errors/catalogue.ts';
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import { failuresOf } from '../rules/failures.ts';
import type { CountedService } from '../rules/ipvsCounters.ts';
import type { HeldServer, HeldService, HeldServices } from '../rules/kernelServices.ts';
import type { Decoded } from '../wire/decoded.ts';
import { decodeFamily, encodeFamilyRequest } from '../wire/genetlink.ts';
import { IPVS_FAMILY_NAME, type IpvsDaemon, type IpvsDaemonRole, type IpvsService, type IpvsTimeouts } from '../wire/ipvs.ts';
import {
  decodeDaemonReply,
  decodeDestinationReply,
  decodeDestinationState,
  decodeInfoReply,
  decodeServiceReply,
  decodeServiceState,
  decodeTimeoutsReply,
  type IpvsDestinationState,
  type IpvsInfo,
  type IpvsServiceReport,
} from '../wire/ipvsReply.ts';
import { encodeIpvsRequest, type IpvsRequest } from '../wire/ipvsRequest.ts';
import { encodeBatch, NLM_F_DUMP } from '../wire/netlink.ts';
import { tryScheduler } from './ipvsScheduler.ts';
import { NETLINK_GENERIC, NetlinkSocket } from './netlinkSocket.ts';
import { SystemError } from './syscalls.ts';

export interface Ipvs {
  /** Undefined when the kernel has IPVS and lets us speak to it, else what to do about it. */
  available(): VspairError | undefined;
  /** The message type of IPVS in this kernel. Throws VspairError. */
  family(): number;
  /** Throws VspairError. */
  dump(): HeldServices;
  /** The whole table with its counters, which take longer to read than all the rest. Throws VspairError. */
  counted(): readonly CountedService[];
  /** Whether the kernel has the scheduler, whose module it loads if need be. Throws VspairError. */
  hasScheduler(name: string): boolean;
  /** One failure for each request that the kernel refused; all of them when it has no IPVS. */
  write(batch: CompiledRules): readonly KernelFailure[];
  /** A daemon that runs already is success. Throws VspairError when there is no IPVS. */
  startSync(daemon: IpvsDaemon): KernelFailure | undefined;
  /** A daemon that does not run is success. Throws VspairError when there is no IPVS. */
  stopSync(role: IpvsDaemonRole): KernelFailure | undefined;
  /** The daemons that run. Throws VspairError. */
  syncDaemons(): readonly IpvsDaemon[];
  /** Throws VspairError. */
  timeouts(): IpvsTimeouts;
  /** 0 leaves a timeout as it is. Throws VspairError when there is no IPVS. */
  setTimeouts(timeouts: IpvsTimeouts): KernelFailure | undefined;
  /** Throws VspairError. */
  info(): IpvsInfo;
  close(): void;
}

/** Throws SystemError when there is no generic netlink at all. */
export function openIpvs(): Ipvs {
  const netlink = new NetlinkSocket(NETLINK_GENERIC);
  let known: number | undefined;

  const family = (): number => {
    known ??= findFamily(netlink);
    return known;
  };

  const speaking = <Result>(attempt: string, work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      // The module may have been unloaded and loaded again, under another number.
      known = undefined;
      throw error instanceof SystemError ? refusal(attempt, error) : error;
    }
  };

  const ask = <Value>(request: IpvsRequest, decode: (payload: Uint8Array) => Decoded<Value, string>): Value[] =>
    speaking(`answer ${request.command}`, () => {
      const encoded = encodeIpvsRequest(request, family());
      const answers = encoded.flags === NLM_F_DUMP ? netlink.dump(encoded) : netlink.request(encoded);
      return answers.map((answer) => read(decode(answer.payload), request));
    });

  const only = <Value>(request: IpvsRequest, decode: (payload: Uint8Array) => Decoded<Value, string>): Value => {
    const [value] = ask(request, decode);
    if (value === undefined) throw refusal(`answer ${request.command}`);
    return value;
  };

  const serversOf = (service: IpvsService): HeldService => ({
    service,
    servers: ask({ command: 'getDestinations', of: service.id }, decodeDestinationState).map(heldServer),
  });

  const countedServersOf = (report: IpvsServiceReport): CountedService => ({
    ...report,
    servers: ask({ command: 'getDestinations', of: report.service.id }, decodeDestinationReply),
  });

  const write = (batch: CompiledRules): readonly KernelFailure[] => failuresOf(batch, netlink.batch(batch.messages));

  const tell = (request: IpvsRequest, object: string): KernelFailure | undefined => {
    const messages = encodeBatch([encodeIpvsRequest(request, family())]);
    return write({ revision: 0, digest: '', messages, labels: [object] })[0];
  };

  const syncDaemons = (): readonly IpvsDaemon[] => ask({ command: 'getDaemons' }, decodeDaemonReply);

  return {
    available: () => refusalBy(() => ask({ command: 'getInfo' }, decodeInfoReply)),
    family,
    dump: () => ask({ command: 'getServices' }, decodeServiceState).map(serversOf),
    counted: () => ask({ command: 'getServices' }, decodeServiceReply).map(countedServersOf),
    hasScheduler: (name) => speaking(`try scheduler ${name}`, () => tryScheduler(netlink, family(), name)),
    write,
    startSync: (daemon) => tell({ command: 'newDaemon', daemon }, `${daemon.role} sync daemon on ${daemon.dev}`),
    stopSync(role) {
      const failure = tell({ command: 'delDaemon', role }, `${role} sync daemon`);
      // A daemon that is stopped before it ever ran makes the request end in EINTR, which netlink does not answer.
      const silent = failure?.errno === 'ENODATA' && !syncDaemons().some((daemon) => daemon.role === role);
      return silent ? undefined : failure;
    },
    syncDaemons,
    timeouts: () => only({ command: 'getTimeouts' }, decodeTimeoutsReply),
    setTimeouts: (timeouts) => tell({ command: 'setTimeouts', timeouts }, 'the timeouts of IPVS'),
    info: () => only({ command: 'getInfo' }, decodeInfoReply),
    close: () => netlink.close(),
  };
}

/** It asked for the module already, so that modprobe is no advice. */
const otherKernel =
  "this kernel has no ip_vs and can load no module of it; install a kernel with ip_vs, such as the distribution's generic one";
const whyNoModule = 'vspair doctor shows whether the module is missing or kept out';

/** The kernel loads ip_vs by itself when it is asked for the family and the module is installed. */
function findFamily(netlink: NetlinkSocket): number {
  try {
    for (const answer of netlink.request(encodeFamilyRequest(IPVS_FAMILY_NAME))) {
      const family = decodeFamily(answer.payload);
      if (family.ok) return family.value.id;
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (error.code === 'ENOENT') throw refusal('find ip_vs', otherKernel).advising(whyNoModule);
    throw refusal('find ip_vs', error);
  }
  throw refusal('find ip_vs', 'the answer has no family number');
}

const heldServer = (state: IpvsDestinationState): HeldServer => ({
  ...state.destination,
  connections: state.activeConnections + state.inactiveConnections + state.persistentConnections,
});

function refusalBy(work: () => unknown): VspairError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof VspairError) return error;
    throw error;
  }
}

function read<Value>(answer: Decoded<Value, string>, request: IpvsRequest): Value {
  if (answer.ok) return answer.value;
  throw refusal(`answer ${request.command}`, answer.reason);
}

const refusal = (attempt: string, cause?: unknown): VspairError => new VspairError({ code: 'VSP_KERNEL', object: 'IPVS', attempt, cause });
