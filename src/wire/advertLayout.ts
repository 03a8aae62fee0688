// Where each field of an advertisement lies and which values it may have. ADVERT.md draws it.
import type { GroupPhase, Handover } from '../core/types.ts';

export const magic = 0x56535041; // "VSPA"
export const formatVersion = 1;

export const headerLength = 76;
export const groupLength = 16;
export const hmacLength = 32;
export const maxGroups = 64;
export const maxDatagramLength = headerLength + maxGroups * groupLength + hmacLength;

/** Byte offsets in the header. */
export const at = {
  magic: 0,
  version: 4,
  flags: 5,
  length: 6,
  cluster: 8,
  sender: 16,
  incarnation: 24,
  keyId: 28,
  link: 29,
  groups: 30,
  rulesFlags: 31,
  sequence: 32,
  echoIncarnation: 40,
  echoSequence: 44,
  echoDelay: 52,
  interval: 56,
  revision: 60,
  digest: 68,
} as const;

/** Byte offsets in one group. */
export const atGroup = { vrid: 0, phase: 1, priority: 2, flags: 3, handoverId: 4, handoverPeer: 8 } as const;

export const solicitFlag = 1;
export const readyFlag = 1;
export const holdingFlag = 1;
export const handoverShift = 1;

/** By their code on the wire. */
export const phases: readonly GroupPhase[] = ['initialize', 'backup', 'active', 'fault', 'maintenance'];
export const handoverPhases: readonly (Handover['phase'] | undefined)[] = [undefined, 'ask', 'taken', 'loading'];

export const microsPerMilli = 1_000;
export const minIntervalMicros = 1_000;
/** The longest Advertisement_Interval that VRRPv3 can state (RFC 9568 5.2.7: 12 bits of centiseconds), here as a bound against nonsense. */
export const maxIntervalMicros = 40_950_000;
export const maxPriority = 254;
export const maxSequence = BigInt(Number.MAX_SAFE_INTEGER);
export const maxUint32 = 0xffff_ffff;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
