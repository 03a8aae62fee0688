// The thread of probe.ts. It was started inside the client's namespace, so that its socket is there.
import { createSocket } from 'node:dgram';
import { parentPort, workerData } from 'node:worker_threads';
import { labNow } from './clock.ts';
import { echoPort } from './echo.ts';
import type { Answer, ProbeNews, ProbeTarget } from './probe.ts';
import { hurry } from './realtime.ts';
import { makeRoom } from './roomy.ts';

const newsEveryMs = 10;
// Answers to the last probes are waited for before the end.
const lastAnswersMs = 50;

const { address, intervalMs } = workerData as ProbeTarget;
const socket = createSocket('udp4');
makeRoom(socket);
let answers: Answer[] = [];
let sent: number[] = [];

socket.on('message', (message) => {
  answers.push({ sentAt: message.readDoubleLE(0), at: labNow(), by: message.toString('utf8', 8) });
});

function probe(): void {
  const now = labNow();
  sent.push(now);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(now);
  // A probe that cannot be sent is one without an answer.
  socket.send(bytes, echoPort, address, () => undefined);
}

function tell(): void {
  const news: ProbeNews = { answers, sent };
  parentPort?.postMessage(news);
  answers = [];
  sent = [];
}

hurry();
const probing = setInterval(probe, intervalMs);
const telling = setInterval(tell, newsEveryMs);

parentPort?.once('message', () => {
  clearInterval(probing);
  setTimeout(() => {
    clearInterval(telling);
    tell();
    socket.close();
  }, lastAnswersMs);
});
