// Which hosts hold an address, as their kernels tell it: one socket hears the notifications of all of them in the order in
// which they happened. So "first the one, then the other" is a fact and not a comparison of clocks.
import { EventEmitter } from 'node:events';
import type { Cluster } from '../lab/cluster.ts';
import { ipBatch } from '../lab/ip.ts';
import type { LabProcess } from '../lab/labProcess.ts';
import { within } from '../lab/within.ts';

interface Change {
  readonly host: string;
  readonly address: string;
  readonly type: 'added' | 'removed';
}

/** On the watching host's own loopback: when it comes out, everything before it has come out. */
const markerAddress = '127.0.0.99';
const markerPatienceMs = 500;
/** Namespaces go by numbers there, of which the kernel has taken some for its own use. */
const firstId = 100;

export class AddressWatch {
  readonly #cluster: Cluster;
  readonly #monitor: LabProcess;
  readonly #news = new EventEmitter().setMaxListeners(0);
  readonly #held = new Map<string, Set<string>>();
  #changes: Change[] = [];
  #markers = 0;

  /** To be called before there is anything to see: what is held already is not known to it. */
  static async start(cluster: Cluster): Promise<AddressWatch> {
    const watch = new AddressWatch(cluster);
    await watch.#catchUp();
    return watch;
  }

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const { client, directors } = cluster;
    ipBatch(
      directors.map(({ namespace }, index) => `netns set ${namespace} ${firstId + index}`),
      client.namespace,
    );
    this.#monitor = client.spawn(['ip', '-o', 'monitor', 'all-nsid', 'address']);
    this.#monitor.onLine((line) => this.#hear(line));
  }

  /** Forgets the changes so far; who holds what is kept. */
  async forget(): Promise<void> {
    await this.#catchUp();
    this.#changes = [];
  }

  /** Since the last `forget`, in the order in which it happened: 'vsbak added', 'vs1 removed'. */
  async changes(address: string): Promise<readonly string[]> {
    await this.#catchUp();
    return this.#changes.filter((change) => change.address === address).map(({ host, type }) => `${host} ${type}`);
  }

  /** Of any address of any director; empty when nothing moved. */
  async allChanges(): Promise<readonly string[]> {
    await this.#catchUp();
    return this.#changes.map(({ host, address, type }) => `${host} ${type} ${address}`);
  }

  async holders(address: string): Promise<readonly string[]> {
    await this.#catchUp();
    return this.#holders(address);
  }

  /** Resolves when these directors and no others hold the address. */
  until(address: string, hosts: readonly string[], timeoutMs?: number): Promise<void> {
    const wanted = hosts.toSorted().join();
    return this.#untilHolders(address, `by ${wanted || 'nobody'} alone`, (holders) => holders.join() === wanted, timeoutMs);
  }

  /** Resolves when the director holds the address, whoever else does. */
  untilHeldBy(host: string, address: string, timeoutMs?: number): Promise<void> {
    return this.#untilHolders(address, `by ${host}`, (holders) => holders.includes(host), timeoutMs);
  }

  async #untilHolders(
    address: string,
    wish: string,
    satisfies: (holders: readonly string[]) => boolean,
    timeoutMs = 20_000,
  ): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (satisfies(this.#holders(address))) resolve();
      };
      this.#news.on('change', look);
      look();
    });
    await within(timeoutMs, () => `${address} is held by ${this.#holders(address).join() || 'nobody'}, not ${wish}`, reached);
  }

  #holders(address: string): readonly string[] {
    return [...(this.#held.get(address) ?? [])].toSorted();
  }

  async #catchUp(): Promise<void> {
    const before = this.#markers;
    const seen = new Promise<void>((resolve) => {
      this.#news.on('marker', () => {
        if (this.#markers > before) resolve();
      });
    });
    // The monitor may not listen yet when it has just been started.
    for (let tries = 0; this.#markers === before && tries < 20; tries += 1) {
      ipBatch([`addr add ${markerAddress}/32 dev lo`, `addr del ${markerAddress}/32 dev lo`], this.#cluster.client.namespace);
      await within(markerPatienceMs, () => 'no marker', seen).catch(() => undefined);
    }
    if (this.#markers === before) throw new Error(`ip monitor shows nothing:\n${this.#monitor.output}`);
  }

  #hear(line: string): void {
    const address = / inet6? ([^/ ]+)/.exec(line)?.[1];
    if (address === undefined) return;
    if (address === markerAddress) return this.#hearMarker(line);
    const host = this.#cluster.directors[Number(/^\[nsid (\d+)\]/.exec(line)?.[1]) - firstId]?.name;
    if (host !== undefined) this.#note({ host, address, type: /\]\s*Deleted /.test(line) ? 'removed' : 'added' });
  }

  #hearMarker(line: string): void {
    if (!line.includes('Deleted')) return;
    this.#markers += 1;
    this.#news.emit('marker');
  }

  /** A renewed lease is told like a new address. */
  #note(change: Change): void {
    const holders = this.#held.get(change.address) ?? new Set<string>();
    this.#held.set(change.address, holders);
    if (holders.has(change.host) === (change.type === 'added')) return;
    if (change.type === 'added') holders.add(change.host);
    else holders.delete(change.host);
    this.#changes.push(change);
    this.#news.emit('change');
  }
}
