import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReply, readRequest, replyLine, requestLine } from '../../src/rpc/messages.ts';

test('a request survives its line', () => {
  const request = { id: 7, method: 'status', params: { a: [1, null, 'x\n'] } };
  expect(readRequest(requestLine(request).trimEnd())).toEqual({ ok: true, request });
});

test.each([
  { type: 'result', id: 1, result: { a: 1 } },
  { type: 'progress', id: 1, progress: 'half' },
  { type: 'error', id: 1, error: { code: 'refused', message: 'no' } },
  { type: 'error', id: undefined, error: { code: 'malformed', message: 'not JSON' } },
] as const)('a reply survives its line: $type', (reply) => {
  expect(readReply(replyLine(reply).trimEnd())).toEqual(reply);
});

test('the answer to a faulty request carries the id when there is one', () => {
  expect(readRequest('{"id":3}')).toMatchObject({ ok: false, id: 3 });
  expect(readRequest('{"id":-1,"method":"status"}')).toMatchObject({ ok: false, id: undefined });
  expect(readRequest('nonsense')).toMatchObject({ ok: false, id: undefined, why: 'not JSON' });
});

test('an error code of a newer version is read as a failure', () => {
  expect(readReply('{"id":1,"error":{"code":"too-cloudy","message":"m"}}')).toMatchObject({ error: { code: 'failed' } });
});

test('no line makes the readers throw', () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ id: fc.jsonValue(), method: fc.jsonValue() }).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(line, (text) => {
      readRequest(text);
      readReply(text);
    }),
  );
});
