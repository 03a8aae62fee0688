// One host of the lab: runs programs in its network namespace, and suffers what hosts suffer.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ipBatchAnyway } from './ip.ts';
import { LabProcess, labEnv, type ProcessOptions } from './labProcess.ts';
import { setLinkUp } from './link.ts';
import { inNamespace } from './namespace.ts';
import type { HostPlan, Leg } from './plan.ts';

export type Device = Leg['dev'];

export class Host {
  readonly name: string;
  readonly plan: HostPlan;
  readonly namespace: string;
  readonly #switch: string;
  readonly #processes = new Set<LabProcess>();
  readonly #observers = new Set<LabProcess>();
  readonly #muted = new Set<string>();
  readonly #releases: (() => unknown)[] = [];
  #dropping = false;

  constructor(plan: HostPlan, namespace: string, switchNamespace: string) {
    this.name = plan.name;
    this.plan = plan;
    this.namespace = namespace;
    this.#switch = switchNamespace;
  }

  leg(dev: Device = this.#firstDevice()): Leg {
    const found = this.plan.legs.find((leg) => leg.dev === dev);
    if (found === undefined) throw new Error(`${this.name} has no ${dev}`);
    return found;
  }

  /** Runs `action` with this thread on the host: sockets opened and threads started before it returns are the host's. */
  on<Result>(action: () => Result): Result {
    return inNamespace(this.namespace, action);
  }

  /** Runs a program to its end. Returns what it wrote to stdout; throws with stderr when it failed. */
  async exec(argv: readonly string[]): Promise<string> {
    const [program = '', ...args] = argv;
    const child = this.on(() => spawn(program, args, { env: labEnv(), stdio: ['ignore', 'pipe', 'pipe'] }));
    const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    if (child.exitCode !== 0) throw new Error(`${this.name}: ${argv.join(' ')}: exit ${String(child.exitCode)}: ${complaint}${output}`);
    return output;
  }

  /** Starts a program that goes on; it ends with the cluster at the latest. */
  spawn(argv: readonly string[], options?: ProcessOptions): LabProcess {
    return this.#start(this.#processes, argv, options);
  }

  /** Starts a program that watches the host and is no part of it: a crash does not end it, a freeze does not stop it. */
  observe(argv: readonly string[], options?: ProcessOptions): LabProcess {
    return this.#start(this.#observers, argv, options);
  }

  /** Unplugs the cable: the host sees its carrier go. Without a device, every cable. */
  cutCable(dev?: Device): void {
    inNamespace(this.#switch, () => {
      for (const leg of this.#legs(dev)) setLinkUp(portOf(this.name, leg.dev), false);
    });
  }

  /** The switch loses all that the host sends and is sent; its link stays up. */
  muteCable(dev?: Device): void {
    const ports = this.#legs(dev).map((leg) => portOf(this.name, leg.dev));
    setPortState(this.#switch, ports, 'disabled');
    for (const port of ports) this.#muted.add(port);
  }

  /** Loses what comes in, from one host or from all; what the host sends still arrives. Not in user-mode-linux. */
  dropIncoming(dev: Device, from?: Host): void {
    const match = from === undefined ? '' : `ether saddr ${from.leg(dev).mac} `;
    const chain = `add chain netdev lab ${dev} { type filter hook ingress device ${dev} priority 0; }`;
    this.#nft(`add table netdev lab\n${chain}\nadd rule netdev lab ${dev} ${match}drop\n`);
    this.#dropping = true;
  }

  /** Undoes every cut, muted and dropping cable. */
  heal(): void {
    if (this.#dropping) this.#nft('delete table netdev lab\n');
    this.#dropping = false;
    if (this.#muted.size > 0) setPortState(this.#switch, [...this.#muted], 'forwarding');
    this.#muted.clear();
    inNamespace(this.#switch, () => {
      for (const leg of this.plan.legs) setLinkUp(portOf(this.name, leg.dev), true);
    });
  }

  /** The power fails: all processes end and all cables go dead in the same moment. */
  crash(): void {
    this.#signal('SIGKILL');
    this.cutCable();
  }

  /** Comes back as a machine does: with its own addresses and nothing else in its kernel. */
  async reboot(): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.exited));
    ipBatchAnyway(
      this.plan.legs.flatMap(({ dev }) => [`addr flush dev ${dev}`]),
      this.namespace,
    );
    ipBatchAnyway(this.plan.commands, this.namespace);
    this.on(() => spawnSync('ipvsadm', ['--clear'], { stdio: 'ignore', env: labEnv() }));
    this.heal();
  }

  /** Stops every process without ending it, as a stalled virtual machine does; its kernel goes on. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** Has `release` called before the host is closed; the last one first. It must bear a second call. */
  onClose(release: () => unknown): void {
    this.#releases.unshift(release);
  }

  /** Ends every process and waits until they are gone. */
  async close(): Promise<void> {
    try {
      for (const release of this.#releases) await release();
    } finally {
      this.closeAtOnce();
      await Promise.all([...this.#processes, ...this.#observers].map((process) => process.exited));
    }
  }

  closeAtOnce(): void {
    this.#signal('SIGKILL');
    for (const observer of this.#observers) observer.signal('SIGKILL');
  }

  #start(among: Set<LabProcess>, argv: readonly string[], options?: ProcessOptions): LabProcess {
    const started = new LabProcess(this.namespace, argv, options);
    among.add(started);
    void started.exited.then(() => among.delete(started));
    return started;
  }

  #signal(name: NodeJS.Signals): void {
    for (const process of this.#processes) process.signal(name);
  }

  #legs(dev: Device | undefined): readonly Leg[] {
    return dev === undefined ? this.plan.legs : [this.leg(dev)];
  }

  #firstDevice(): Device {
    const [first] = this.plan.legs;
    if (first === undefined) throw new Error(`${this.name} is on no network`);
    return first.dev;
  }

  #nft(commands: string): void {
    const done = this.on(() => spawnSync('nft', ['-f', '-'], { input: commands, encoding: 'utf8', env: labEnv() }));
    if (done.status !== 0) throw new Error(`${this.name}: nft: ${done.stderr}`);
  }
}

/** The switch's end of a cable. */
export const portOf = (host: string, dev: Device): string => `${host}-${dev}`;

function setPortState(switchNamespace: string, ports: readonly string[], state: 'disabled' | 'forwarding'): void {
  // `bridge` takes the kernel's numbers on all versions, the names only on newer ones.
  const number = state === 'disabled' ? 0 : 3;
  const input = ports.map((port) => `link set dev ${port} state ${number}\n`).join('');
  const done = inNamespace(switchNamespace, () => spawnSync('bridge', ['-batch', '-'], { input, encoding: 'utf8', env: labEnv() }));
  if (done.status !== 0) throw new Error(`bridge link set ${ports.join(' ')}: ${done.stderr}`);
}
