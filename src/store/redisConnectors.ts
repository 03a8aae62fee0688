// How the clients of ioredis open their sockets. It hears only the first error of a socket; OpenSSL can tell of another one
// afterwards, an alert of the server that crossed our own refusal of its certificate. Nobody would hear that one, and it
// would end the process.
import { type SentinelConnectionOptions, SentinelConnector, type StandaloneConnectionOptions } from 'ioredis';
import { StandaloneConnector } from 'ioredis/built/connectors/index.js';

type Emitter = Parameters<StandaloneConnector['connect']>[0];
type Stream = Awaited<ReturnType<StandaloneConnector['connect']>>;

export class DirectConnector extends StandaloneConnector {
  /** The options of the client, as ioredis hands them over. */
  constructor(options: unknown) {
    super(options as StandaloneConnectionOptions);
  }

  override async connect(emitter: Emitter): Promise<Stream> {
    return heardToTheEnd(await super.connect(emitter));
  }
}

export class ThroughSentinels extends SentinelConnector {
  /** The options of the client, as ioredis hands them over. */
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override async connect(emitter: Emitter): Promise<Stream> {
    return heardToTheEnd(await super.connect(emitter));
  }
}

/** The first error is told by ioredis. */
function heardToTheEnd(stream: Stream): Stream {
  stream.on('error', () => undefined);
  return stream;
}
