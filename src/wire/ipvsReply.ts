// What IPVS answers: a service, a destination, a daemon, the timeouts or the module's figures, each in a message whose
// command is that of the request which would make it.
import { type Decoded, decoded, refused } from './decoded.ts';
import { decodeGeneric } from './genetlink.ts';
import type { IpvsDaemon, IpvsDestination, IpvsService, IpvsStats, IpvsTimeouts } from './ipvs.ts';
import { decodeDaemon, decodeService, destinationOf, type IpvsReason, isComplete, mapped, serviceOf } from './ipvsAttributes.ts';
import { commandNumbers, decodeNested, decodeTimeouts } from './ipvsRequest.ts';
import { decodeStats } from './ipvsStats.ts';
import { type Attributes, decodeAttributes, readU32 } from './netlink.ts';

/** IPVS_CMD_SET_INFO: only ever an answer. */
const INFO_COMMAND = 14;
const INFO_VERSION = 1;
const INFO_TABLE_SIZE = 2;
const ACTIVE_CONNECTIONS = 7;
const INACTIVE_CONNECTIONS = 8;
const PERSISTENT_CONNECTIONS = 9;

/** A destination without its counters, which take longer to read than all the rest. */
export interface IpvsDestinationState {
  readonly destination: IpvsDestination;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
}

export interface IpvsServiceReport {
  readonly service: IpvsService;
  readonly stats: IpvsStats;
}

export interface IpvsDestinationReport extends IpvsDestinationState {
  readonly stats: IpvsStats;
}

/** `version` as people write it (1.2.1), `connectionTableSize` in buckets. */
export interface IpvsInfo {
  readonly version: string;
  readonly connectionTableSize: number;
}

export function decodeServiceReply(payload: Uint8Array): Decoded<IpvsServiceReport, IpvsReason> {
  return reply(payload, commandNumbers.newService, (top) => decodeNested(top, 'service', decodeServiceReport));
}

export function decodeDestinationReply(payload: Uint8Array): Decoded<IpvsDestinationReport, IpvsReason> {
  return reply(payload, commandNumbers.newDestination, (top) => decodeNested(top, 'destination', decodeDestinationReport));
}

export function decodeServiceState(payload: Uint8Array): Decoded<IpvsService, IpvsReason> {
  return reply(payload, commandNumbers.newService, (top) => decodeNested(top, 'service', decodeService));
}

export function decodeDestinationState(payload: Uint8Array): Decoded<IpvsDestinationState, IpvsReason> {
  return reply(payload, commandNumbers.newDestination, (top) =>
    decodeNested(top, 'destination', (value) => {
      const attributes = decodeAttributes(value);
      return attributes.ok ? destinationStateOf(attributes.value) : attributes;
    }),
  );
}

export function decodeDaemonReply(payload: Uint8Array): Decoded<IpvsDaemon, IpvsReason> {
  return reply(payload, commandNumbers.newDaemon, (top) => decodeNested(top, 'daemon', decodeDaemon));
}

export function decodeTimeoutsReply(payload: Uint8Array): Decoded<IpvsTimeouts, IpvsReason> {
  return reply(payload, commandNumbers.setTimeouts, decodeTimeouts);
}

export function decodeInfoReply(payload: Uint8Array): Decoded<IpvsInfo, IpvsReason> {
  return reply(payload, INFO_COMMAND, (top) => {
    const figures = { version: readU32(top.get(INFO_VERSION)), connectionTableSize: readU32(top.get(INFO_TABLE_SIZE)) };
    return isComplete(figures) ? decoded({ ...figures, version: versionText(figures.version) }) : refused('missing-attribute');
  });
}

function reply<Value>(
  payload: Uint8Array,
  command: number,
  decode: (top: Attributes) => Decoded<Value, IpvsReason>,
): Decoded<Value, IpvsReason> {
  const message = decodeGeneric(payload);
  if (!message.ok) return message;
  return message.value.command === command ? decode(message.value.attributes) : refused('unknown-command');
}

function decodeServiceReport(value: Uint8Array): Decoded<IpvsServiceReport, IpvsReason> {
  const attributes = decodeAttributes(value);
  if (!attributes.ok) return attributes;
  const service = serviceOf(attributes.value);
  return service.ok ? mapped(decodeStats(attributes.value), (stats) => ({ service: service.value, stats })) : service;
}

function decodeDestinationReport(value: Uint8Array): Decoded<IpvsDestinationReport, IpvsReason> {
  const attributes = decodeAttributes(value);
  if (!attributes.ok) return attributes;
  const state = destinationStateOf(attributes.value);
  return state.ok ? mapped(decodeStats(attributes.value), (stats) => ({ ...state.value, stats })) : state;
}

function destinationStateOf(attributes: Attributes): Decoded<IpvsDestinationState, IpvsReason> {
  const destination = destinationOf(attributes);
  if (!destination.ok) return destination;
  const connections = {
    activeConnections: readU32(attributes.get(ACTIVE_CONNECTIONS)),
    inactiveConnections: readU32(attributes.get(INACTIVE_CONNECTIONS)),
    persistentConnections: readU32(attributes.get(PERSISTENT_CONNECTIONS)),
  };
  return isComplete(connections) ? decoded({ destination: destination.value, ...connections }) : refused('missing-attribute');
}

const versionText = (version: number): string => [version >> 16, version >> 8, version].map((part) => part & 0xff).join('.');
