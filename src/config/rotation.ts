// Rotating the key of a cluster in three steps, each of them to be put in force on every director before the next: a second
// key is accepted, then it signs, then the old one is dropped. At any moment every advert is signed with a key that all have.
import { VspairError } from '../errors/catalogue.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { newKey, secretText } from './keygen.ts';

export interface Rotation {
  readonly step: 1 | 2 | 3;
  /** What the step does, as a sentence. */
  readonly does: string;
  readonly text: string;
}

/**
 * The step after a secret file with these keys. A new key has the id after that of the old one, which tells how far a rotation
 * has come. Throws VspairError: VSP_SECRET_INVALID when the keys are not those of one.
 */
export function nextRotation([first, second, ...more]: readonly SecretKey[], file: string): Rotation {
  if (first === undefined || more.length > 0) throw notOfRotation(file);
  if (second === undefined) return accept(first);
  if (second.id === idAfter(first)) return sign(first, second);
  if (first.id === idAfter(second)) return drop(first, second);
  throw notOfRotation(file);
}

const idAfter = ({ id }: SecretKey): number => (id + 1) % 256;

function accept(old: SecretKey): Rotation {
  const fresh = newKey(idAfter(old));
  return { step: 1, does: `key ${fresh.id} is accepted, and key ${old.id} signs`, text: secretText([old, fresh]) };
}

const sign = (old: SecretKey, fresh: SecretKey): Rotation => ({
  step: 2,
  does: `key ${fresh.id} signs, and key ${old.id} is still accepted`,
  text: secretText([fresh, old]),
});

const drop = (fresh: SecretKey, old: SecretKey): Rotation => ({
  step: 3,
  does: `key ${old.id} is gone`,
  text: secretText([fresh]),
});

function notOfRotation(file: string): VspairError {
  const detail = 'its keys are not those of a rotation: one key, or two of which one has the id after the other';
  return new VspairError({
    code: 'VSP_SECRET_INVALID',
    object: file,
    attempt: 'rotate the key',
    detail,
    advice: 'leave the key that signs alone in it',
  });
}
