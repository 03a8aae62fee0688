// Ten readers that ask for the metrics and take nothing of the answer. Arguments: address and port.
import { connect } from 'node:net';

const [address = '', port = ''] = process.argv.slice(2);
const asking = Array.from({ length: 10 }, () => {
  const socket = connect({ host: address, port: Number(port) });
  socket.pause();
  return new Promise<void>((asked) => {
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n', () => asked());
  });
});
await Promise.all(asking);
process.stdout.write('reading nothing\n');
