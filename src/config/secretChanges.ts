// What differs between two sets of keys of the shared secret, and how keys are told apart without being shown.
import { createHmac } from 'node:crypto';
import type { SecretKey } from '../keeper/messages.ts';
import type { ConfigChange } from './changes.ts';

/** A key as directors may tell each other, and people, which one it is. */
export interface KeyName {
  readonly id: number;
  /** Eight hex digits made from the key by HMAC: they tell nothing of it. */
  readonly fingerprint: string;
}

/** The first one signs. */
export const keyNames = (keys: readonly SecretKey[]): KeyName[] =>
  keys.map(({ id, key }) => ({
    id,
    fingerprint: createHmac('sha256', key).update('vspair key fingerprint').digest('hex').slice(0, 8),
  }));

export const isSameKey = (one: KeyName, other: KeyName): boolean => one.id === other.id && one.fingerprint === other.fingerprint;

export function secretChanges(before: readonly SecretKey[], after: readonly SecretKey[]): ConfigChange[] {
  const [old, fresh] = [keyNames(before), keyNames(after)];
  const added = fresh.filter((name) => !old.some((other) => isSameKey(name, other)));
  const removed = old.filter((name) => !fresh.some((other) => isSameKey(name, other)));
  const [wasSigner, signer] = [old[0], fresh[0]];
  const signs = wasSigner !== undefined && signer !== undefined && !isSameKey(wasSigner, signer);
  return [
    ...added.map((name) => change(null, keyText(name), 'adverts and connections that use it are accepted')),
    ...(signs ? [change(keyText(wasSigner), keyText(signer), 'our adverts are signed, and our connections opened, with it')] : []),
    ...removed.map((name) => change(keyText(name), null, 'adverts that use it are dropped; connections that are open stay')),
  ];
}

const keyText = ({ id, fingerprint }: KeyName): string => `key ${id} (${fingerprint})`;

const change = (from: string | null, to: string | null, does: string): ConfigChange => ({ key: 'secret', from, to, takes: 'now', does });
