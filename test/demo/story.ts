// The story of the demo, run where IPVS is: node test/demo/story.ts dr|nat|tun
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusReport } from '../../src/control/status.ts';
import { activeDownInterval } from '../../src/core/timers.ts';
import { millis } from '../../src/core/types.ts';
import type { TakeoverTimeline } from '../../src/keeper/messages.ts';
import { bootClock } from '../../src/kernel/clock.ts';
import { type Capture, startCapture } from '../lab/capture.ts';
import { labNow } from '../lab/clock.ts';
import { type Cluster, createCluster } from '../lab/cluster.ts';
import { type Director, startDirector } from '../lab/director.ts';
import { type HttpAnswer, type HttpClient, startHttpClient, startWebServers } from '../lab/http.ts';
import { type ForwardingMethod, virtualAddresses } from '../lab/plan.ts';
import { configText, rulesText } from '../lab/texts.ts';
import { createTeller, type Teller } from './teller.ts';

const methodNames: Readonly<Record<ForwardingMethod, string>> = {
  dr: 'direct routing (dr): real servers answer the client themselves',
  nat: 'NAT: answers come back through the director, which holds the inside gateway address too',
  tun: 'tunnel (tun): requests travel to the real servers in IP-in-IP packets',
};

/** From the keeper's clock to the lab's. */
const bootToLab = (): number => labNow() - bootClock().now();
const vip = virtualAddresses.outside;
const url = `http://${vip}/`;
const intervalMs = Number(process.env['VSPAIR_DEMO_INTERVAL_MS'] ?? 100);
const activeDownMs = activeDownInterval(100, millis(intervalMs));

interface Scene {
  readonly teller: Teller;
  readonly cluster: Cluster;
  readonly client: HttpClient;
  readonly vs1: Director;
  readonly vsbak: Director;
  readonly method: ForwardingMethod;
}

const method = (['dr', 'nat', 'tun'] as const).find((one) => one === process.argv[2]) ?? 'dr';
const teller = createTeller((line) => process.stdout.write(`${line}\n`), process.env['VSPAIR_DEMO_COLOUR'] === '1');

async function tell(): Promise<number> {
  teller.chapter(`The cluster: vs1 and vsbak, real1 and real2, a client. ${methodNames[method]}`);
  const cluster = await createCluster({ method });
  try {
    const scene = await setTheScene(cluster);
    await beforeAnything(scene);
    await death(scene);
    await returnHome(scene);
    await handover(scene);
  } catch (error) {
    teller.seen('the story came to its end', false, error instanceof Error ? error.message : String(error));
  } finally {
    await cluster.close();
  }
  return teller.missing.length === 0 ? 0 : 1;
}

async function setTheScene(cluster: Cluster): Promise<Scene> {
  const servers = startWebServers([cluster.real1, cluster.real2]);
  cluster.onClose(() => servers.close());
  const config = configText(cluster, { interval: `${intervalMs}ms` });
  const [vs1, vsbak] = [cluster.vs1, cluster.vsbak].map((host) => startDirector(host, config));
  if (vs1 === undefined || vsbak === undefined) throw new Error('a pair has two directors');
  for (const director of [vs1, vsbak]) cluster.onClose(async () => director.remove());
  teller.say(`client 10.0.0.100 ── ${vip} ── vs1 10.0.0.2, vsbak 10.0.0.3 ── real1, real2; adverts every ${intervalMs} ms`);
  await vs1.until((status) => status.healthy, 60_000);
  // Given to the one, held by both: the directors share the rules among themselves.
  await vsbak.applyRules(rulesText(method));
  await vs1.until((status) => status.healthy, 30_000);
  if ((await vs1.status()).self.keeper.groups[0]?.phase !== 'active') await vs1.command('failover', '--to', vs1.name, '--yes');
  const { summary } = await vs1.until((status) => status.healthy && status.self.keeper.groups[0]?.active === vs1.name, 10_000);
  const client = await startHttpClient(cluster.client);
  cluster.onClose(() => client.close());
  teller.seen(`vspair runs on both directors, and the rules that vsbak was given are on both: ${summary}`, true);
  return { teller, cluster, client, vs1, vsbak, method };
}

async function beforeAnything(scene: Scene): Promise<void> {
  teller.chapter('The client asks for http://10.0.0.1/ twenty times');
  await twentyMore(scene.client, 'both real servers answered through vs1');
  await sameTable(scene);
}

async function twentyMore(client: HttpClient, whatIsSeen: string): Promise<void> {
  const answers: HttpAnswer[] = [];
  for (let request = 0; request < 20; request += 1) answers.push(await client.get(url, 3_000));
  teller.say(counted(answers));
  teller.seen(whatIsSeen, servedByBoth(answers) && answers.every((answer) => answer.by !== undefined));
}

/** Warm standby, as ipvsadm sees it on both directors. */
async function sameTable({ cluster }: Scene): Promise<void> {
  const [active = '', standby = ''] = await Promise.all(cluster.directors.map((host) => host.exec(['ipvsadm', '-Sn'])));
  teller.say(active.trim());
  teller.seen('ipvsadm shows the same table on vsbak, which waits', active === standby && active.includes(vip));
}

async function death(scene: Scene): Promise<void> {
  const { cluster, client, vsbak } = scene;
  teller.chapter('vs1 dies: its processes are killed and its cables go dead in the same moment');
  const capture = await startCapture(cluster.client, 'arp');
  const traffic = client.repeat(url, { pauseMs: 5, timeoutMs: 25 });
  await sleep(500);
  const diedAt = labNow();
  cluster.vs1.crash();
  const status = await vsbak.untilPhase('active', 5_000);
  await sleep(1_000);
  const answers = await traffic.stop();
  const timeline = status.self.keeper.groups[0]?.lastTakeover;
  if (timeline === undefined) throw new Error('vsbak is active, but tells no takeover');
  await showTimeline({ diedAt, timeline, capture, answers, cluster, client });
  await capture.stop();
}

interface Death {
  readonly diedAt: number;
  readonly timeline: TakeoverTimeline;
  readonly capture: Capture;
  readonly answers: readonly HttpAnswer[];
  readonly cluster: Cluster;
  readonly client: HttpClient;
}

async function showTimeline({ diedAt, timeline, capture, answers, cluster, client }: Death): Promise<void> {
  const after = (moment: number): string => `${(moment + bootToLab() - diedAt).toFixed(1).padStart(7)} ms`;
  const macOfVsbak = cluster.vsbak.leg('eth0').mac;
  const announced = await capture.frame(
    (frame) => frame.kind === 'arp' && frame.sender === vip && frame.senderMac === macOfVsbak && frame.at > diedAt,
  );
  const first = answers.find((answer) => answer.by !== undefined && answer.endedAt > timeline.decidedAt + bootToLab());
  teller.say(`    0.0 ms  vs1 is gone
${after(timeline.decidedAt)}  detected: vsbak has not heard vs1 for its Active_Down_Interval (${activeDownMs.toFixed(1)} ms)
${after(timeline.rulesInAt)}  rules in the kernel (they were already: warm standby)
${after(timeline.vipAddedAt)}  virtual IPs added
${after(timeline.announcedAt)}  announced by gratuitous ARP (on the client's wire at ${(announced.at - diedAt).toFixed(1)} ms)
${first === undefined ? '    never ' : `${(first.endedAt - diedAt).toFixed(1).padStart(7)} ms`}  first request answered again`);
  const addresses = await cluster.vsbak.exec(['ip', '-br', 'address', 'show']);
  teller.seen(`vsbak holds ${vip}, as its kernel says`, addresses.includes(`${vip}/24`));
  teller.seen(
    'the order was: rules, address, announcement',
    timeline.rulesInAt <= timeline.vipAddedAt && timeline.vipAddedAt <= timeline.announcedAt,
  );
  await twentyMore(client, 'the client goes on, and both real servers answer it through vsbak');
}

async function returnHome({ cluster, vs1, vsbak }: Scene): Promise<void> {
  teller.chapter('vs1 comes back');
  await cluster.vs1.reboot();
  vs1.start();
  const { summary } = await vsbak.until((status) => status.healthy, 30_000);
  await vs1.untilPhase('backup');
  teller.seen(`it waits as backup (preemption is off), and has the rules again: ${summary}`, true);
}

async function handover({ cluster, client, vs1 }: Scene): Promise<void> {
  teller.chapter('The operator hands over back, on vs1: vspair failover --to vs1 --yes');
  const traffic = client.repeat(url, { pauseMs: 2, timeoutMs: 1_000 });
  await sleep(300);
  const { exitCode, output } = await vs1.command('failover', '--to', 'vs1', '--yes');
  teller.say(output.trim());
  const status = await vs1.untilPhase('active');
  await sleep(500);
  const answers = await traffic.stop();
  teller.seen('the command ended with exit code 0', exitCode === 0, `exit code ${String(exitCode)}`);
  tellOfTraffic(answers, movedAt(status));
  const left = await cluster.vsbak.exec(['ip', '-br', 'address', 'show']);
  teller.seen(`vsbak has let go of ${vip}`, !left.includes(`${vip}/24`));
}

const movedAt = ({ self }: StatusReport): number => (self.keeper.groups[0]?.lastTakeover?.announcedAt ?? Number.NaN) + bootToLab();

/** Connections younger than a few packets are not synchronised by IPVS: one under way in that moment is asked again. */
function tellOfTraffic(answers: readonly HttpAnswer[], at: number): void {
  const unanswered = answers.filter((answer) => answer.by === undefined);
  const after = answers.filter((answer) => answer.startedAt > at);
  const underWay = unanswered.filter((answer) => answer.startedAt <= at && answer.endedAt >= at);
  teller.say(
    counted(answers) +
      (underWay.length > 0 ? ` (under way in the moment of the handover: ${underWay.map(({ error }) => error).join()})` : ''),
  );
  teller.seen(
    'every request that began after the handover was answered',
    after.length > 0 && after.every((answer) => answer.by !== undefined),
  );
  teller.seen('and every one before it, but what was under way in that very moment', unanswered.length === underWay.length);
}

function counted(answers: readonly HttpAnswer[]): string {
  const by = (name: string): number => answers.filter((answer) => answer.by === name).length;
  const failed = answers.filter((answer) => answer.by === undefined).length;
  return `${answers.length} requests: ${by('real1')} answered by real1, ${by('real2')} by real2, ${failed} unanswered`;
}

function servedByBoth(answers: readonly HttpAnswer[]): boolean {
  return ['real1', 'real2'].every((name) => answers.some((answer) => answer.by === name));
}

process.exit(await tell());
