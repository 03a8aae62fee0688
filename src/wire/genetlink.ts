// Generic netlink: the header that every family puts behind netlink's own, and the controller, which tells the message
// type of a family by its name (include/uapi/linux/genetlink.h).
//
//      0                   1                   2                   3
//      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//     +---------------+---------------+-------------------------------+
//  16 |  command      |  version      |  0                            |
//     +---------------+---------------+-------------------------------+
//  20 |  attributes
import { type Decoded, decoded, refused } from './decoded.ts';
import {
  type Attributes,
  concat,
  decodeAttributes,
  encodeAttribute,
  type NetlinkReason,
  type NetlinkRequest,
  readText,
  readU16,
  text,
} from './netlink.ts';

const GENL_HEADER = 4;
const GENL_ID_CTRL = 16;
const CTRL_VERSION = 1;
const CTRL_CMD_NEWFAMILY = 1;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

export interface GenericMessage {
  readonly command: number;
  readonly attributes: Attributes;
}

export type GenericReason = NetlinkReason | 'unknown-command' | 'missing-attribute';

/** The payload of a netlink message. */
export function encodeGeneric(command: number, version: number, attributes: readonly Uint8Array[]): Uint8Array {
  return concat([Uint8Array.of(command, version, 0, 0), ...attributes]);
}

export function decodeGeneric(payload: Uint8Array): Decoded<GenericMessage, NetlinkReason> {
  const attributes = decodeAttributes(payload, GENL_HEADER);
  const [command] = payload;
  if (!attributes.ok) return attributes;
  return command === undefined ? refused('truncated') : decoded({ command, attributes: attributes.value });
}

/** Asks for a family. The kernel answers ENOENT when no loaded module offers it. */
export function encodeFamilyRequest(name: string): NetlinkRequest {
  const attributes = [encodeAttribute(CTRL_ATTR_FAMILY_NAME, text(name))];
  return { type: GENL_ID_CTRL, flags: 0, payload: encodeGeneric(CTRL_CMD_GETFAMILY, CTRL_VERSION, attributes) };
}

/** `id` is the message type of the family, given out anew whenever its module is loaded. */
export interface GenericFamily {
  readonly id: number;
  readonly name: string;
}

export function decodeFamily(payload: Uint8Array): Decoded<GenericFamily, GenericReason> {
  const message = decodeGeneric(payload);
  if (!message.ok) return message;
  if (message.value.command !== CTRL_CMD_NEWFAMILY) return refused('unknown-command');
  const id = readU16(message.value.attributes.get(CTRL_ATTR_FAMILY_ID));
  const name = readText(message.value.attributes.get(CTRL_ATTR_FAMILY_NAME));
  return id === undefined || name === undefined ? refused('missing-attribute') : decoded({ id, name });
}
