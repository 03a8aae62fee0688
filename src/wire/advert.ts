// The advertisement as bytes; ADVERT.md draws them. Decoding asks the cheap questions first, then the HMAC, and looks at
// what the datagram says only when that is right: nothing of a forged one is believed.
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import {
  type Advert,
  type Echo,
  type GroupAdvert,
  type Handover,
  type Millis,
  millis,
  type NodeName,
  type RulesMark,
} from '../core/types.ts';
import {
  at,
  atGroup,
  formatVersion,
  groupLength,
  handoverPhases,
  handoverShift,
  headerLength,
  hmacLength,
  holdingFlag,
  magic,
  maxGroups,
  maxIntervalMicros,
  maxPriority,
  maxSequence,
  maxUint32,
  microsPerMilli,
  minIntervalMicros,
  phases,
  readyFlag,
  solicitFlag,
  viewOf,
} from './advertLayout.ts';
import { type Decoded, decoded, refused } from './decoded.ts';
import type { NodeIds } from './identity.ts';

/** A key of the shared secret: `id` (0 to 255) travels in the datagram, `key` does not. */
export interface SigningKey {
  readonly id: number;
  readonly key: Uint8Array;
}

/** What was last heard of the receiver on this link, and how long ago. Incarnation 0, or no echo: never heard. */
export interface SentEcho extends Echo {
  readonly delay: Millis;
}

/** What goes round an advert on its way to one peer over one link. */
export interface AdvertEnvelope {
  readonly cluster: bigint;
  readonly nodes: NodeIds;
  readonly link: number;
  readonly key: SigningKey;
  readonly echo: SentEcho | undefined;
}

export interface AdvertReader {
  readonly cluster: bigint;
  readonly nodes: NodeIds;
  readonly keys: readonly SigningKey[];
}

export interface ReceivedAdvert {
  readonly advert: Advert;
  readonly link: number;
  readonly keyId: number;
  readonly echo: Echo | undefined;
  /** How long the sender had known what it echoes; 0 without an echo. */
  readonly echoDelay: Millis;
}

export type AdvertRefusal =
  | 'malformed'
  | 'unknown-version'
  | 'unknown-cluster'
  | 'unknown-sender'
  | 'unknown-key'
  | 'wrong-key'
  | 'bad-content';

// -------------------------------------------------------------------------------------------------------- encoding

/** One datagram. Values that do not fit are our own mistake and throw. */
export function encodeAdvert(advert: Advert, envelope: AdvertEnvelope): Uint8Array {
  mustFit('groups', advert.groups.length, maxGroups);
  const signedLength = headerLength + advert.groups.length * groupLength;
  const bytes = new Uint8Array(signedLength + hmacLength);
  writeHeader(viewOf(bytes), advert, envelope);
  advert.groups.forEach((group, index) => {
    writeGroup(viewOf(bytes.subarray(headerLength + index * groupLength)), group, envelope.nodes);
  });
  bytes.set(hmac(envelope.key, bytes.subarray(0, signedLength)), signedLength);
  return bytes;
}

function writeHeader(view: DataView, advert: Advert, envelope: AdvertEnvelope): void {
  view.setUint32(at.magic, magic);
  view.setUint8(at.version, formatVersion);
  view.setUint8(at.flags, advert.solicit ? solicitFlag : 0);
  view.setUint16(at.length, view.byteLength);
  view.setBigUint64(at.cluster, envelope.cluster);
  view.setBigUint64(at.sender, idOf(envelope.nodes, advert.from));
  view.setUint32(at.incarnation, mustFit('incarnation', advert.incarnation, maxUint32));
  view.setUint8(at.keyId, mustFit('key id', envelope.key.id, 0xff));
  view.setUint8(at.link, mustFit('link', envelope.link, 0xff));
  view.setUint8(at.groups, advert.groups.length);
  view.setUint8(at.rulesFlags, advert.rules.ready ? readyFlag : 0);
  view.setBigUint64(at.sequence, toUint64('sequence', advert.sequence));
  writeEcho(view, envelope.echo);
  view.setUint32(at.interval, mustFit('interval', toMicros(advert.interval), maxIntervalMicros));
  view.setBigUint64(at.revision, toUint64('rules revision', advert.rules.revision));
  view.setBigUint64(at.digest, BigInt(`0x${advert.rules.digest}`));
}

function writeEcho(view: DataView, echo: SentEcho | undefined): void {
  if (echo === undefined || echo.incarnation === 0) return;
  view.setUint32(at.echoIncarnation, mustFit('echoed incarnation', echo.incarnation, maxUint32));
  view.setBigUint64(at.echoSequence, toUint64('echoed sequence', echo.sequence));
  view.setUint32(at.echoDelay, Math.min(toMicros(echo.delay), maxUint32));
}

function writeGroup(view: DataView, group: GroupAdvert, nodes: NodeIds): void {
  const { handover } = group;
  view.setUint8(atGroup.vrid, mustFit('VRID', group.vrid, 0xff));
  view.setUint8(atGroup.phase, phases.indexOf(group.phase));
  view.setUint8(atGroup.priority, mustFit('priority', group.priority, maxPriority));
  view.setUint8(atGroup.flags, (group.holding ? holdingFlag : 0) | (handoverPhases.indexOf(handover?.phase) << handoverShift));
  if (handover === undefined) return;
  view.setUint32(atGroup.handoverId, mustFit('handover id', handover.id, maxUint32));
  view.setBigUint64(atGroup.handoverPeer, idOf(nodes, handover.peer));
}

// -------------------------------------------------------------------------------------------------------- decoding

/** Never throws and never reads past the end. Freshness and the address it came from are for the keeper to judge. */
export function decodeAdvert(bytes: Uint8Array, reader: AdvertReader): Decoded<ReceivedAdvert, AdvertRefusal> {
  const refusal = refusalByForm(bytes);
  if (refusal !== undefined) return refused(refusal);
  const view = viewOf(bytes);
  if (view.getBigUint64(at.cluster) !== reader.cluster) return refused('unknown-cluster');
  const from = reader.nodes.nameOf.get(view.getBigUint64(at.sender));
  if (from === undefined) return refused('unknown-sender');
  const key = reader.keys.find(({ id }) => id === view.getUint8(at.keyId));
  if (key === undefined) return refused('unknown-key');
  if (!isSignedBy(key, bytes)) return refused('wrong-key');
  const received = readContent(view, from, reader.nodes);
  return received === undefined ? refused('bad-content') : decoded(received);
}

function refusalByForm(bytes: Uint8Array): 'malformed' | 'unknown-version' | undefined {
  const view = viewOf(bytes);
  if (bytes.length <= at.version || view.getUint32(at.magic) !== magic) return 'malformed';
  if (view.getUint8(at.version) !== formatVersion) return 'unknown-version';
  if (bytes.length < headerLength + hmacLength || view.getUint16(at.length) !== bytes.length) return 'malformed';
  const groups = view.getUint8(at.groups);
  return groups <= maxGroups && bytes.length === headerLength + groups * groupLength + hmacLength ? undefined : 'malformed';
}

function isSignedBy(key: SigningKey, bytes: Uint8Array): boolean {
  const signed = bytes.subarray(0, -hmacLength);
  return timingSafeEqual(hmac(key, signed), bytes.subarray(-hmacLength));
}

function readContent(view: DataView, from: NodeName, nodes: NodeIds): ReceivedAdvert | undefined {
  const incarnation = view.getUint32(at.incarnation);
  const sequence = readSequence(view, at.sequence);
  const interval = view.getUint32(at.interval);
  const rules = readRules(view);
  const groups = readGroups(view, nodes);
  const echo = readEcho(view);
  const flags = view.getUint8(at.flags);
  if (incarnation === 0 || sequence === undefined || flags > solicitFlag) return undefined;
  if (interval < minIntervalMicros || interval > maxIntervalMicros) return undefined;
  if (rules === undefined || groups === undefined || echo === 'impossible') return undefined;
  return {
    advert: { from, incarnation, sequence, interval: toMillis(interval), solicit: flags === solicitFlag, rules, groups },
    link: view.getUint8(at.link),
    keyId: view.getUint8(at.keyId),
    echo,
    echoDelay: toMillis(view.getUint32(at.echoDelay)),
  };
}

function readSequence(view: DataView, offset: number): number | undefined {
  const value = view.getBigUint64(offset);
  return value <= maxSequence ? Number(value) : undefined;
}

function readEcho(view: DataView): Echo | undefined | 'impossible' {
  const incarnation = view.getUint32(at.echoIncarnation);
  const sequence = readSequence(view, at.echoSequence);
  if (sequence === undefined) return 'impossible';
  if (incarnation > 0) return { incarnation, sequence };
  return sequence === 0 && view.getUint32(at.echoDelay) === 0 ? undefined : 'impossible';
}

function readRules(view: DataView): RulesMark | undefined {
  const revision = readSequence(view, at.revision);
  const flags = view.getUint8(at.rulesFlags);
  if (revision === undefined || flags > readyFlag) return undefined;
  return { revision, digest: view.getBigUint64(at.digest).toString(16).padStart(16, '0'), ready: flags === readyFlag };
}

function readGroups(view: DataView, nodes: NodeIds): GroupAdvert[] | undefined {
  const groups: GroupAdvert[] = [];
  const count = view.getUint8(at.groups);
  for (let offset = headerLength; offset < headerLength + count * groupLength; offset += groupLength) {
    const group = readGroup(view, offset, nodes);
    if (group === undefined || groups.some(({ vrid }) => vrid === group.vrid)) return undefined;
    groups.push(group);
  }
  return groups;
}

function readGroup(view: DataView, offset: number, nodes: NodeIds): GroupAdvert | undefined {
  const vrid = view.getUint8(offset + atGroup.vrid);
  const phase = phases[view.getUint8(offset + atGroup.phase)];
  const priority = view.getUint8(offset + atGroup.priority);
  const holding = (view.getUint8(offset + atGroup.flags) & holdingFlag) !== 0;
  const handover = readHandover(view, offset, nodes);
  if (vrid === 0 || phase === undefined || priority > maxPriority || handover === 'impossible') return undefined;
  return { vrid, phase, priority, holding, handover };
}

function readHandover(view: DataView, offset: number, nodes: NodeIds): Handover | undefined | 'impossible' {
  const code = view.getUint8(offset + atGroup.flags) >> handoverShift;
  const id = view.getUint32(offset + atGroup.handoverId);
  const peerId = view.getBigUint64(offset + atGroup.handoverPeer);
  if (code === 0) return id === 0 && peerId === 0n ? undefined : 'impossible';
  const phase = handoverPhases[code];
  if (phase === undefined || id === 0) return 'impossible';
  // With a director that is only being added to the configurations: none of ours, and no reason to hear nothing at all.
  const peer = nodes.nameOf.get(peerId);
  return peer === undefined ? undefined : { id, phase, peer };
}

// ---------------------------------------------------------------------------------------------------------- shared

const toUint64 = (what: string, value: number): bigint => BigInt(mustFit(what, value, Number.MAX_SAFE_INTEGER));
const toMicros = (length: Millis): number => Math.round(length * microsPerMilli);
const toMillis = (micros: number): Millis => millis(micros / microsPerMilli);

function idOf(nodes: NodeIds, name: NodeName): bigint {
  const id = nodes.idOf.get(name);
  if (id === undefined) throw new RangeError(`no director is called ${name}`);
  return id;
}

/** DataView cuts what does not fit; a wrong datagram would go out under a right HMAC. */
function mustFit(what: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${what} ${value} is not 0 to ${max}`);
  return value;
}

function hmac(key: SigningKey, signed: Uint8Array): Uint8Array {
  return createHmac('sha256', preparedKey(key)).update(signed).digest();
}

/** createHmac with plain bytes takes 12 us, nearly all of it to prepare the key; with a prepared one 2 us. */
const preparedKeys = new WeakMap<SigningKey, KeyObject>();

function preparedKey(key: SigningKey): KeyObject {
  const known = preparedKeys.get(key);
  if (known !== undefined) return known;
  const prepared = createSecretKey(key.key);
  preparedKeys.set(key, prepared);
  return prepared;
}
