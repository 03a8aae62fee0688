// The shape of the section `metrics` of the configuration.
import { isLoopback, isMulticast, parseEndpoint } from '../text/address.ts';
import { section, whole, written } from '../text/shape.ts';
import type { ListenAddress } from './config.ts';
import { readSocketPath } from './values.ts';

/** As much of it as a pattern can say. */
const listenForm = /^(\/|.+:[1-9]\d{0,4}$)/;

/** `127.0.0.1:9112`, `[::1]:9112`, `/run/vspair/metrics.sock` */
export function readListen(text: string): ListenAddress | undefined {
  const path = readSocketPath(text);
  if (path !== undefined) return { kind: 'unix', path };
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined || endpoint.port === 0 || isMulticast(endpoint)) return undefined;
  return { kind: 'tcp', host: endpoint.text, port: endpoint.port, isLoopback: isLoopback(endpoint) };
}

export const metricsSchema = section({
  listen: written('an address and port such as 127.0.0.1:9112 or [::1]:9112, or an absolute path for a unix socket', readListen, listenForm)
    .prefault('127.0.0.1:9112')
    .describe('Where Prometheus finds them, under /metrics. There is no authentication: beyond loopback a firewall must be it.'),
  maxSeries: whole(0, 100_000, 'a number of series')
    .default(1000)
    .describe('At most so many series tell of single services and servers of IPVS; how many are left out is a metric too.'),
});
