// The thread of http.ts's client. It was started inside the client's namespace, so that its connections begin there.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parentPort } from 'node:worker_threads';
import { labNow } from './clock.ts';
import type { HttpAnswer, HttpQuestion } from './http.ts';

parentPort?.on('message', (question: HttpQuestion) => {
  void ask(question).then((answer) => parentPort?.postMessage({ id: question.id, answer }));
});
parentPort?.postMessage('ready');

async function ask({ url, timeoutMs }: HttpQuestion): Promise<HttpAnswer> {
  const startedAt = labNow();
  try {
    const body = await bodyOf(url, timeoutMs);
    const [by] = body.split('\n', 1);
    return { startedAt, endedAt: labNow(), by, bytes: body.length, error: undefined };
  } catch (cause) {
    return { startedAt, endedAt: labNow(), by: undefined, bytes: 0, error: nameOf(cause) };
  }
}

function bodyOf(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asking = request(url, { agent: false, signal }, (response) => void text(response).then(resolve, reject));
    asking.once('error', reject);
    asking.end();
  });
}

function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'AbortError') return 'TIMEOUT';
  return 'code' in cause ? String(cause.code) : cause.message;
}
