// Checks the bytes of a batch, its labels, and what the kernel's answers to it mean.
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../src/rules/compile.ts';
import type { RulesDocument } from '../../src/rules/document.ts';
import { failuresOf } from '../../src/rules/failures.ts';
import { kernelServicesOf } from '../../src/rules/kernelServices.ts';
import { planRules } from '../../src/rules/plan.ts';
import { decodeIpvsRequest } from '../../src/wire/ipvsRequest.ts';
import { decodeMessages, NLM_F_ACK, NLM_F_REQUEST, pieceAt } from '../../src/wire/netlink.ts';
import { rules, server, service } from './documents.ts';

const document = rules(
  service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12')]),
  service('2001:db8::1', [server('2001:db8::11', { port: 8080 })], { protocol: 'udp', port: 53, scheduler: 'wlc' }),
);
const batch = compileRules(planRules({ kernel: [], desired: document, owned: new Set() }), { revision: 7, digest: 'abc', family: 28 });
const messages = decodeMessages(batch.messages);
const sent = messages.ok ? messages.value : [];

describe('a compiled batch', () => {
  test('carries the revision and digest it was made from', () => {
    expect([batch.revision, batch.digest]).toEqual([7, 'abc']);
  });

  test('numbers its messages from 1, all of the family of IPVS', () => {
    expect(sent.map(({ sequence, type }) => [sequence, type])).toEqual([1, 2, 3, 4, 5].map((sequence) => [sequence, 28]));
  });

  test('asks for an acknowledgement of the last message only', () => {
    expect(sent.map(({ flags }) => flags)).toEqual([NLM_F_REQUEST, NLM_F_REQUEST, NLM_F_REQUEST, NLM_F_REQUEST, NLM_F_REQUEST | NLM_F_ACK]);
  });

  test('labels each message with what it writes', () => {
    expect(batch.labels).toEqual([
      'service tcp 10.0.0.1:80 rr',
      'server 10.0.0.11:80 of tcp 10.0.0.1:80',
      'server 10.0.0.12:80 of tcp 10.0.0.1:80',
      'service udp [2001:db8::1]:53 wlc',
      'server [2001:db8::11]:8080 of udp [2001:db8::1]:53',
    ]);
  });

  test('says what the plan says', () => {
    const commands = sent
      .map(({ payload }) => decodeIpvsRequest(payload))
      .map((request) => (request.ok ? request.value.command : request.reason));
    expect(commands).toEqual(['newService', 'newDestination', 'newDestination', 'newService', 'newDestination']);
  });

  test('is empty for an empty plan', () => {
    expect(compileRules([], { revision: 7, digest: 'abc', family: 28 })).toEqual({
      revision: 7,
      digest: 'abc',
      messages: new Uint8Array(),
      labels: [],
    });
  });
});

describe('what the answers to it mean', () => {
  const [held] = kernelServicesOf(document);
  if (held === undefined) throw new Error('no service');
  const following = (desired: RulesDocument) =>
    compileRules(planRules({ kernel: [held], desired, owned: new Set(['tcp 10.0.0.1:80']) }), { revision: 8, digest: 'def', family: 28 });
  const refused = (desired: RulesDocument, errno: string) => failuresOf(following(desired), new Map([[1, errno]]));
  const answered = (errnos: Readonly<Record<number, string>>) =>
    failuresOf(batch, new Map(Object.entries(errnos).map(([sequence, errno]) => [Number(sequence), errno])));

  test('no errno is no failure', () => {
    expect(answered({})).toEqual([]);
  });

  test('each refused message is one failure with its object, the attempt and the errno', () => {
    expect(answered({ 4: 'ENOENT', 5: 'ESRCH' })).toEqual([
      { object: 'service udp [2001:db8::1]:53 wlc', attempt: 'add', errno: 'ENOENT' },
      { object: 'server [2001:db8::11]:8080 of udp [2001:db8::1]:53', attempt: 'add', errno: 'ESRCH' },
    ]);
  });

  test('a failure in a piece of it goes by the label of its message, not by its place in the piece', () => {
    const { bytes } = pieceAt(batch.messages, pieceAt(batch.messages, 0, 3, 10_000).bytes.length, 2, 10_000);
    const refusal = failuresOf({ messages: bytes, labels: batch.labels }, new Map([[4, 'ENOENT']]));
    expect(refusal).toEqual([{ object: 'service udp [2001:db8::1]:53 wlc', attempt: 'add', errno: 'ENOENT' }]);
  });

  test('adding what is there already is no failure', () => {
    expect(answered({ 1: 'EEXIST', 2: 'EEXIST' })).toEqual([]);
  });

  test.each(['ENOENT', 'ESRCH'])('removing what is gone already (%s) is no failure', (errno) => {
    expect(refused(rules(), errno)).toEqual([]);
    expect(refused(rules(service('10.0.0.1', [server('10.0.0.11')])), errno)).toEqual([]);
  });

  test('removing what must not be removed is one', () => {
    expect(refused(rules(), 'EPERM')).toEqual([{ object: 'service tcp 10.0.0.1:80 rr', attempt: 'remove', errno: 'EPERM' }]);
  });

  test.each(['ENOENT', 'ESRCH'])('editing what is gone (%s) is one', (errno) => {
    const edited = rules(service('10.0.0.1', [server('10.0.0.11'), server('10.0.0.12', { weight: 9 })]));
    expect(refused(edited, errno)).toEqual([{ object: 'server 10.0.0.12:80 of tcp 10.0.0.1:80', attempt: 'edit', errno }]);
  });
});
