// Scrapes as Prometheus makes them, from a host of the lab.
import type { Host } from '../lab/host.ts';

const program = `
const [url, times] = process.argv.slice(1);
const scrape = () => fetch(url).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
const all = await Promise.all(Array.from({ length: Number(times) }, scrape));
process.stdout.write(JSON.stringify(all));
`;

export interface Scrape {
  readonly status: number;
  readonly text: string;
}

export const metricsPort = 9112;

/** Of the configuration. */
export const metricsSection = `metrics: { listen: "0.0.0.0:${metricsPort}" }`;

/** So many at once. Throws what the program complained about. */
export async function scrapes(host: Host, times: number, address = '127.0.0.1'): Promise<readonly Scrape[]> {
  const url = `http://${address}:${metricsPort}/metrics`;
  const output = await host.exec([process.execPath, '--input-type=module', '-e', program, url, String(times)]);
  return JSON.parse(output) as Scrape[];
}

/** Throws unless there is a page. */
export async function scrape(host: Host, address?: string): Promise<string> {
  const [one] = await scrapes(host, 1, address);
  if (one?.status !== 200) throw new Error(`${host.name}: ${one?.status ?? 'no'} answer: ${one?.text ?? ''}`);
  return one.text;
}
