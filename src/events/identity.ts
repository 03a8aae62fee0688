// The id of a transition, made of what its directors know of it: no clock, no random number, and nobody to ask.
//
// A handover is known to both sides by the number that its giver gave it and that the adverts carry. Any other activation
// is the n-th of its group in one life of the director that became active: that director alone can count it, and the others
// learn it with its event over the peer channel.
import { createHash } from 'node:crypto';
import type { NodeName, Vrid } from '../core/types.ts';

/** `id`: the handover id of the adverts, which `giver` made of its incarnation and a count. */
export const handoverIdentity = (cluster: string, vrid: Vrid, giver: NodeName, id: number): string =>
  uuidOf(['handover', cluster, vrid, giver, id]);

export const callOffIdentity = (cluster: string, vrid: Vrid, giver: NodeName, id: number): string =>
  uuidOf(['handoverCalledOff', cluster, vrid, giver, id]);

/** `count`: which activation of the group it is since `director` started, 1 for the first. */
export const activationIdentity = (cluster: string, vrid: Vrid, director: NodeName, incarnation: number, count: number): string =>
  uuidOf(['activation', cluster, vrid, director, incarnation, count]);

/** RFC 9562 version 8: the first 122 free bits of a SHA-256. */
function uuidOf(words: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(words)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
