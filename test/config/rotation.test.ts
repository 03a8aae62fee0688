import { describe, expect, test } from 'vitest';
import { newSecretText } from '../../src/config/keygen.ts';
import { nextRotation } from '../../src/config/rotation.ts';
import { parseSecret } from '../../src/config/secret.ts';
import { keyNames, secretChanges } from '../../src/config/secretChanges.ts';

const read = (text: string) => parseSecret(text, 'secret');
const step = (text: string) => nextRotation(read(text), 'secret');
const idsOf = (text: string): readonly number[] => read(text).map(({ id }) => id);

describe('a rotation', () => {
  const first = newSecretText();
  const accepts = step(first).text;
  const signs = step(accepts).text;
  const dropped = step(signs).text;

  test('takes three steps, of which each shares a signing key with the one before and the one after', () => {
    expect([first, accepts, signs, dropped].map(idsOf)).toEqual([[1], [1, 2], [2, 1], [2]]);
    expect([first, accepts, signs].map((text) => step(text).step)).toEqual([1, 2, 3]);
  });

  test('keeps each key as it is from step to step', () => {
    expect(read(accepts)[0]).toEqual(read(first)[0]);
    expect(read(signs)).toEqual(read(accepts).toReversed());
    expect(read(dropped)[0]).toEqual(read(signs)[0]);
  });

  test('makes another key each time', () => {
    expect(read(step(first).text)[1]).not.toEqual(read(accepts)[1]);
  });

  test('goes from key 255 to key 0', () => {
    const last = first.replace('1:', '255:');
    const accepted = step(last).text;
    expect(idsOf(accepted)).toEqual([255, 0]);
    expect(idsOf(step(accepted).text)).toEqual([0, 255]);
    expect(idsOf(step(step(accepted).text).text)).toEqual([0]);
  });

  test.each([
    ['three keys', `${accepts}${first.replace('1:', '9:')}`],
    ['two keys that are not one after the other', `${first}${first.replace('1:', '9:')}`],
  ])('is refused for %s', (_, text) => {
    expect(() => step(text)).toThrow(/not those of a rotation/);
  });
});

describe('what differs between two secrets', () => {
  const [one] = read(newSecretText());
  const [other] = read(newSecretText().replace('1:', '2:'));
  const [impostor] = read(newSecretText());
  if (one === undefined || other === undefined || impostor === undefined) throw new Error('no keys');

  test('is nothing for the same keys', () => {
    expect(secretChanges([one, other], [one, other])).toEqual([]);
  });

  test('is a key that is added, one that signs now, one that is gone', () => {
    const shown = (before: (typeof one)[], after: (typeof one)[]) => secretChanges(before, after).map(({ from, to }) => [from, to]);
    const [first, second] = keyNames([one, other]).map(({ id, fingerprint }) => `key ${id} (${fingerprint})`);
    expect(shown([one], [one, other])).toEqual([[null, second]]);
    expect(shown([one, other], [other, one])).toEqual([[first, second]]);
    expect(shown([other, one], [other])).toEqual([[first, null]]);
  });

  test('is seen also when a key has the id of another', () => {
    expect(secretChanges([one], [impostor])).toHaveLength(3);
  });

  test('never shows a key', () => {
    const told = JSON.stringify([secretChanges([one], [other]), keyNames([one, other])]);
    for (const { key } of [one, other]) {
      expect(told).not.toContain(Buffer.from(key).toString('base64').slice(0, 8));
      expect(told).not.toContain(Buffer.from(key).toString('hex').slice(0, 8));
    }
  });
});
