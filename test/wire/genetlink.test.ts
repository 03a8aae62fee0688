// Checks the generic netlink header and the question for a family.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFamily, decodeGeneric, encodeFamilyRequest, encodeGeneric } from '../../src/wire/genetlink.ts';
import { encodeAttribute, u16, u32 } from '../../src/wire/netlink.ts';
import { capturedFamily, exchange } from './ipvsCapture.ts';

const GENL_ID_CTRL = 16;
const { sent, received } = exchange('ipvsadm -A -t 10.0.0.1:80 -s rr');
const [asked] = sent.filter(({ type }) => type === GENL_ID_CTRL);
const [answered] = received.filter(({ type }) => type === GENL_ID_CTRL);
const answer = answered?.payload ?? new Uint8Array();

describe('the controller', () => {
  test('the question for a family is byte for byte the one that ipvsadm asks', () => {
    expect(encodeFamilyRequest('IPVS')).toEqual({ type: asked?.type, flags: 0, payload: asked?.payload });
  });

  test('the answer gives the message type of the family', () => {
    expect(decodeFamily(answer)).toEqual({ ok: true, value: { id: capturedFamily, name: 'IPVS' } });
  });

  test('an answer to another question is refused', () => {
    expect(decodeFamily(Uint8Array.of(2, ...answer.subarray(1)))).toEqual({ ok: false, reason: 'unknown-command' });
  });

  test('an answer without the number is refused', () => {
    expect(decodeFamily(encodeGeneric(1, 2, []))).toEqual({ ok: false, reason: 'missing-attribute' });
  });

  test('an answer cut anywhere gives a reason or, at the border of an attribute, the family', () => {
    for (let length = 0; length < answer.length; length += 1) {
      const family = decodeFamily(answer.subarray(0, length));
      expect(family.ok ? family.value.id : family.reason).toBeOneOf([capturedFamily, 'truncated', 'bad-length', 'missing-attribute']);
    }
  });
});

describe('the generic header', () => {
  test('command and attributes come back as they were put in', () => {
    const payload = encodeGeneric(7, 1, [encodeAttribute(3, u16(0x1234)), encodeAttribute(4, u32(5))]);
    expect(decodeGeneric(payload)).toEqual({
      ok: true,
      value: {
        command: 7,
        attributes: new Map([
          [3, Uint8Array.of(0x34, 0x12)],
          [4, Uint8Array.of(5, 0, 0, 0)],
        ]),
      },
    });
  });

  test('fewer bytes than the header are refused', () => {
    for (const length of [0, 1, 3]) expect(decodeGeneric(new Uint8Array(length))).toEqual({ ok: false, reason: 'truncated' });
  });

  test('any bytes give a value or a reason', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => typeof decodeGeneric(bytes).ok === 'boolean' && typeof decodeFamily(bytes).ok === 'boolean',
      ),
    );
  });
});
