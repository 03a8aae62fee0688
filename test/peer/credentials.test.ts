import { expect, test } from 'vitest';
import { identityText, parseIdentity, presharedKey } from '../../src/peer/credentials.ts';

const secret = { id: 1, key: Buffer.alloc(32, 1) };
const identity = { keyId: 1, from: 'vs1', to: 'vsbak' };

test('an identity survives its text, whatever the names are made of', () => {
  for (const from of ['vs1', 'a b%20c', 'grün', 'x'.repeat(100)]) {
    expect(parseIdentity(identityText({ ...identity, from }))).toEqual({ ...identity, from });
  }
});

test.each(['', 'vspair1 1 vs1', 'vspair2 1 vs1 vsbak', 'vspair1 x vs1 vsbak', 'vspair1 1 vs1 vsbak more', 'vspair1 1 %zz vsbak'])(
  'a stranger’s text is no identity: %j',
  (text) => {
    expect(parseIdentity(text)).toBeUndefined();
  },
);

test('each cluster, secret, key id and direction has its own key, and none is the secret itself', () => {
  const keys = [
    presharedKey('web', secret, identity),
    presharedKey('mail', secret, identity),
    presharedKey('web', { ...secret, key: Buffer.alloc(32, 2) }, identity),
    presharedKey('web', secret, { ...identity, keyId: 2 }),
    presharedKey('web', secret, { ...identity, from: 'vs3' }),
    presharedKey('web', secret, { ...identity, to: 'vs3' }),
    presharedKey('web', secret, { ...identity, from: 'vsbak', to: 'vs1' }),
    secret.key,
  ];
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length);
  expect(presharedKey('web', secret, identity)).toEqual(keys[0]);
});
