// What IPVS answers: a service, a destination, a daemon, the timeouts or the module's figures, each in a message whose
// command is that of the request which would make it.
import { type Decoded, decoded, refused } from './decoded.ts';
import { decodeGeneric } from './genetlink.ts';
import type { IpvsDaemon, IpvsDestination, IpvsService, IpvsStats, IpvsTimeouts } from './ipvs.ts';
import { decodeDaemon, decodeDestination, decodeService, type IpvsReason, isComplete, mapped } from './ipvsAttributes.ts';
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

export interface IpvsServiceReport {
  readonly service: IpvsService;
  readonly stats: IpvsStats;
}

export interface IpvsDestinationReport {
  readonly destination: IpvsDestination;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
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
  const service = decodeService(value);
  if (!service.ok) return service;
  const attributes = decodeAttributes(value);
  if (!attributes.ok) return attributes;
  return mapped(decodeStats(attributes.value), (stats) => ({ service: service.value, stats }));
}

function decodeDestinationReport(value: Uint8Array): Decoded<IpvsDestinationReport, IpvsReason> {
  const destination = decodeDestination(value);
  if (!destination.ok) return destination;
  const attributes = decodeAttributes(value);
  if (!attributes.ok) return attributes;
  const connections = {
    activeConnections: readU32(attributes.value.get(ACTIVE_CONNECTIONS)),
    inactiveConnections: readU32(attributes.value.get(INACTIVE_CONNECTIONS)),
    persistentConnections: readU32(attributes.value.get(PERSISTENT_CONNECTIONS)),
  };
  if (!isComplete(connections)) return refused('missing-attribute');
  return mapped(decodeStats(attributes.value), (stats) => ({ destination: destination.value, ...connections, stats }));
}

const versionText = (version: number): string => [version >> 16, version >> 8, version].map((part) => part & 0xff).join('.');
