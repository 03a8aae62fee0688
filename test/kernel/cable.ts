// Two hosts and a cable between them: `near`, whose kernel the tests write to, and `far`, which sees what comes out.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ipBatch, ipBatchAnyway } from '../lab/ip.ts';
import { namespacePrefix, sweepLeftovers } from '../lab/leftovers.ts';
import { inNamespace } from '../lab/namespace.ts';

export type End = 'near' | 'far';

/** Both ends are called eth0. */
export const dev = 'eth0';
export const index = 7;
export const nearMac = '02:00:00:00:00:01';
export const farMac = '02:00:00:00:00:02';

export interface AddressOfIp {
  readonly local: string;
  readonly prefixlen: number;
  readonly valid_life_time: number;
  readonly preferred_life_time: number;
  readonly nodad?: boolean;
  readonly tentative?: boolean;
  readonly deprecated?: boolean;
}

export class Cable {
  readonly #near: string;
  readonly #far: string;

  constructor() {
    sweepLeftovers();
    made += 1;
    const unique = `${namespacePrefix}${process.pid}-${made}`;
    this.#near = `${unique}-near`;
    this.#far = `${unique}-far`;
    ipBatch([this.#near, this.#far].map((namespace) => `netns add ${namespace}`));
    const far = `peer name ${dev} index ${index} address ${farMac} netns ${this.#far}`;
    ipBatch([`link add ${dev} index ${index} address ${nearMac} type veth ${far}`, 'link set lo up', `link set ${dev} up`], this.#near);
    ipBatch([`link set ${dev} up`, `addr add 10.0.0.200/16 dev ${dev}`, `addr add 2001:db8::200/64 dev ${dev} nodad`], this.#far);
  }

  /** The kernel says that a new link is up some time after it was laid, and drops what is sent before. */
  async carrier(): Promise<void> {
    const states = (): readonly string[] =>
      (['near', 'far'] as const).map((end) => / state (\w+)/.exec(this.run(end, 'ip', 'link', 'show', 'dev', dev))?.[1] ?? '');
    await soon(states).toEqual(['UP', 'UP']);
  }

  /** Runs `action` with this thread on that host: its sockets stay there. */
  on<Result>(end: End, action: () => Result): Result {
    return inNamespace(this.#namespace(end), action);
  }

  ip(end: End, ...commands: readonly string[]): void {
    ipBatch(commands, this.#namespace(end));
  }

  /** What a program prints on that host. */
  run(end: End, program: string, ...values: readonly string[]): string {
    return this.on(end, () => execFileSync(program, values, { encoding: 'utf8', stdio: 'pipe' }));
  }

  /** The addresses of near's eth0 as `ip` sees them, by address; link-local ones left out. */
  addresses(): ReadonlyMap<string, AddressOfIp> {
    const [link] = JSON.parse(this.run('near', 'ip', '-json', 'address', 'show', 'dev', dev)) as {
      readonly addr_info: readonly AddressOfIp[];
    }[];
    return new Map((link?.addr_info ?? []).filter(({ local }) => !local.startsWith('fe80')).map((address) => [address.local, address]));
  }

  set(end: End, setting: string, value: string): void {
    this.on(end, () => writeFileSync(`/proc/sys/net/${setting}`, value));
  }

  cut(): void {
    ipBatchAnyway([`netns del ${this.#near}`, `netns del ${this.#far}`]);
  }

  #namespace(end: End): string {
    return end === 'near' ? this.#near : this.#far;
  }
}

/** Expects something to come true: at once as a rule, later on a machine that is busy with other tests. */
export const soon = <Value>(look: () => Value) => expect.poll(look, { timeout: 10_000 });

let made = 0;
