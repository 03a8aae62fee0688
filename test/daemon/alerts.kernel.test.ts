// People are told of a takeover by the real daemon, over real HTTP and by a real program; and nothing ever waits for it.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DirectorEvent } from '../../src/events/event.ts';
import { eventually } from '../eventually.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { configText } from '../lab/texts.ts';
import { within } from '../lab/within.ts';

let cluster: Cluster;
let folder: string;
let receiver: Server | undefined;
beforeAll(async () => {
  cluster = await createCluster();
  folder = mkdtempSync(join(tmpdir(), 'vspair-alerts-'));
});
afterEach(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  for (const director of [vs1, vsbak]) await director?.stop('SIGKILL');
  for (const path of mounted.splice(0)) execFileSync('umount', [path]);
  for (const host of cluster.directors) await host.exec(['ip', 'address', 'flush', 'dev', 'eth0', 'to', '10.0.0.1/32']);
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const startMs = 30_000;
const mounted: string[] = [];
let vs1: Director | undefined;
let vsbak: Director | undefined;

/** vs1 active, vsbak ready to take over, both with the same alerts. */
async function pair(alerts: readonly string[]): Promise<{ readonly vs1: Director; readonly vsbak: Director }> {
  const text = configText(cluster, { interval: '200ms', sections: ['alerts:', ...alerts.map((alert) => `  - { ${alert}, timeout: 5m }`)] });
  const first = startDirector(cluster.vs1, text);
  vs1 = first;
  await first.untilPhase('active', startMs);
  const second = startDirector(cluster.vsbak, text);
  vsbak = second;
  await second.until(({ healthy }) => healthy, startMs);
  return { vs1: first, vsbak: second };
}

function program(name: string, body: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly event: DirectorEvent;
}

/** A web server on the client's host, which answers or not, and remembers what vsbak told. */
async function listen(requests: Request[], answers: boolean): Promise<string> {
  receiver = createServer((request, response) => {
    void json(request).then((body) => {
      // What is in it is looked at below.
      const event = body as DirectorEvent;
      if (event.node === 'vsbak') requests.push({ method: request.method, url: request.url, headers: request.headers, event });
      if (answers) response.writeHead(204).end();
    });
  });
  const server = receiver;
  cluster.client.on(() => server.listen(8080));
  if (!receiver.listening) await once(receiver, 'listening');
  return `http://${cluster.client.leg().address}:8080/hook`;
}

const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const anId = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/) as unknown;
const aNumber = expect.any(Number) as unknown;
const aText = expect.any(String) as unknown;
const aboutWeb = { id: anId, time: aTime, cluster: 'lab', node: 'vsbak', group: 'web', vrid: 51, peer: 'vs1' };

/** The JSON that a receiver gets of a takeover: these keys and no others. */
const takeover = {
  ...aboutWeb,
  type: 'takeover',
  severity: 'warning',
  reason: 'active-down',
  evidence: {
    ...{ active: 'vs1', lastHeardAgo: aNumber, activeDownInterval: aNumber, late: aNumber },
    links: [0, 1].map((link) => ({ link, local: aText, remote: aText, lastHeardAgo: aNumber })),
    rules: { revision: 0, digest: '0'.repeat(16) },
  },
  text: expect.stringMatching(
    /^web \(VRID 51\): ACTIVE: vs1 not heard for \d+ ms \(limit [\d.]+ ms\).*; nobody served for at most \d+ ms$/,
  ) as unknown,
  trouble: null,
  phases: ['decided', 'rulesIn', 'addressesAdded', 'announced'].map((name) => ({ name, afterMs: aNumber })),
  gapMs: aNumber,
};
const peerLost = {
  ...aboutWeb,
  type: 'peerLost',
  severity: 'warning',
  trouble: { key: 'peer:vs1', isOver: false },
  phases: [],
  gapMs: null,
  group: null,
  vrid: null,
  reason: null,
  evidence: null,
  text: expect.stringMatching(/^vs1 not heard for \d+ ms$/) as unknown,
};

describe('a director that takes over tells', () => {
  test('a web server and a program, each of every event, with the same JSON', async () => {
    const requests: Request[] = [];
    const url = await listen(requests, true);
    const { vsbak: successor } = await pair([
      `webhook: "${url}"`,
      `exec: ${program('tell', `{ cat; echo "$VSPAIR_TYPE $VSPAIR_GROUP"; } >> ${folder}/told-by-$VSPAIR_NODE`)}`,
    ]);
    await vs1?.stop('SIGKILL');
    const { self } = await successor.until(({ self: { daemon } }) => daemon.alerts.delivered === 4, startMs);
    expect(self.daemon.alerts).toMatchObject({ delivered: 4, failed: 0, waiting: 0, channels: [{ delivered: 2 }, { delivered: 2 }] });

    const events = requests.map(({ event }) => event);
    expect(events).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining([takeover, peerLost]));
    expect(requests).toMatchObject(Array(2).fill({ method: 'POST', url: '/hook', headers: { 'content-type': 'application/json' } }));

    const lines = readFileSync(join(folder, 'told-by-vsbak'), 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('{')).map((line): unknown => JSON.parse(line))).toEqual(events);
    expect(lines.filter((line) => !line.startsWith('{')).toSorted()).toEqual(['peerLost', 'takeover web']);
  });
});

describe('a receiver that never answers, a program that never ends and a full disk', () => {
  test('hold up neither a takeover, nor a handover, nor a stop', async () => {
    const requests: Request[] = [];
    const url = await listen(requests, false);
    const pidFile = join(folder, 'pid-of-vsbak');
    const { vs1: first, vsbak: successor } = await pair([
      `webhook: "${url}"`,
      `exec: ${program('hang', `echo $$ > ${folder}/pid-of-$VSPAIR_NODE; exec sleep 1000`)}`,
    ]);
    fillUp(join(successor.folder, 'state', 'alerts'));
    const bothHang = () => [requests.length, existsSync(pidFile) && isRunning(Number(readFileSync(pidFile, 'utf8')))];
    const untold = ({ self: { daemon } }: Awaited<ReturnType<Director['status']>>) => daemon.alerts.delivered + daemon.alerts.failed;

    await first.stop('SIGKILL');
    await eventually(bothHang).toEqual([1, true]);
    const untoldText = `vsbak: 2 of the alerts by alerts[0] webhook ${new URL(url).host} that wait are not on the disk`;
    // That vs1 is lost is told a moment after the takeover.
    const taken = await successor.until(
      ({ self, problems }) => self.keeper.groups[0]?.lastTakeover !== undefined && problems.includes(untoldText),
      startMs,
    );
    expect(taken.self.keeper.groups[0]).toMatchObject({ phase: 'active', vips: [{ held: true }, { held: true }] });
    expect(untold(taken)).toBe(0);

    first.start();
    await successor.until(({ self }) => self.keeper.peers[0]?.groups[0]?.phase === 'backup', startMs);
    expect(await successor.command('failover', '--yes')).toMatchObject({ exitCode: 0 });
    const handedOver = await successor.untilPhase('backup');
    expect(handedOver.self.keeper.groups[0]).toMatchObject({ active: 'vs1', reason: 'handed-over' });
    expect([untold(handedOver), bothHang()], successor.process.output).toEqual([0, [1, true]]);

    expect(await first.command('failover', '--yes')).toMatchObject({ exitCode: 0 });
    expect(bothHang(), successor.process.output).toEqual([1, true]);
    const stopped = successor.stop();
    // Its virtual IPs are with the other one long before it gives its alerts up.
    await first.untilPhase('active');
    expect(bothHang(), successor.process.output).toEqual([1, true]);
    expect(await within(startMs, () => 'it does not end', stopped)).toEqual({ code: 0, signal: null });
    expect(bothHang()).toEqual([1, false]);
  });
});

/** Puts a file system there that takes nothing any more. */
function fillUp(directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=2', 'tmpfs', directory]);
  mounted.push(directory);
  writeFileSync(join(directory, 'filler'), 'x'.repeat(4096));
}

describe('what nobody could be told', () => {
  test('waits on the disk over the death of the daemon, and is told by the next one, in order and once', async () => {
    const url = await listen([], true);
    const { vsbak: successor } = await pair([`webhook: "${url}"`]);
    receiver?.closeAllConnections();
    receiver?.close();
    await vs1?.stop('SIGKILL');
    const waits = ({ self: { daemon } }: Awaited<ReturnType<Director['status']>>) => daemon.alerts.channels[0]?.waiting === 2;
    const { problems } = await successor.until((status) => waits(status) && status.self.daemon.alerts.channels[0]?.unsaved === 0, startMs);
    expect(problems).toContainEqual(expect.stringMatching(/alerts by alerts\[0\] webhook \S+ are not delivered \(2 wait\): /));
    await successor.stop('SIGKILL');

    const requests: Request[] = [];
    await listen(requests, true);
    successor.start();
    await successor.until(({ self: { daemon } }) => daemon.alerts.delivered >= 2 && daemon.alerts.waiting === 0, startMs);
    // What the next daemon tells of its own start comes behind.
    const left = requests.slice(0, 2).map(({ event }) => event);
    expect(left.toSorted((one, other) => one.type.localeCompare(other.type))).toEqual([peerLost, takeover]);
    expect(left[0]?.time.localeCompare(left[1]?.time ?? '')).not.toBe(1);
    expect(new Set(requests.map(({ event }) => event.id)).size).toBe(requests.length);
  });

  test('the channels are tried out by one command, which says what became of it', async () => {
    const requests: Request[] = [];
    const url = await listen(requests, true);
    const director = startDirector(
      cluster.vsbak,
      configText(cluster, { sections: ['alerts:', `  - webhook: "${url}"`, '  - { name: pager, exec: /bin/false }'] }),
    );
    vsbak = director;
    await director.until(() => true, startMs);
    const { exitCode, output } = await director.command('alerts', 'test');
    expect({ exitCode, lines: output.trim().split('\n') }).toEqual({
      exitCode: 1,
      lines: [`alerts[0] webhook ${new URL(url).host}: delivered`, 'pager: FAILED: exit code 1'],
    });
    // Alone on the wire it has taken over meanwhile, and told that.
    expect(requests.map(({ event }) => event.type)).toContain('test');
    const unknown = await director.command('alerts', 'test', 'pagr', '--json');
    expect(unknown).toMatchObject({ exitCode: 4, output: expect.stringContaining('vspair alerts status lists them') as unknown });
  });
});

/** A killed process that nobody has waited for is a zombie: it runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone for good.
    return false;
  }
}
