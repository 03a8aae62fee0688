// A socket to Redis may fail more than once.
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { DirectConnector } from '../../src/store/redisConnectors.ts';

test('a second error of a socket, which nobody waits for, does not end the process', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const at = server.address();
  const connector = new DirectConnector({ host: '127.0.0.1', port: typeof at === 'object' ? at?.port : undefined });
  const stream = await connector.connect(() => undefined);
  const alert = new Error('tlsv1 alert decode error');
  stream.emit('error', new Error('Hostname does not match'));
  expect(() => stream.emit('error', alert)).not.toThrow();
  expect(connector.firstError?.message).toBe('Hostname does not match');
  stream.destroy();
});
