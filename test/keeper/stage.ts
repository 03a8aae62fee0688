// A keeper on a stage: a clock that the test moves, a kernel and a network that remember what they were told, in one diary
// in the order in which it happened, and peers that speak real datagrams.
import { type Advert, type Echo, type GroupAdvert, millis, type NodeName, type RulesMark, type Vip } from '../../src/core/types.ts';
import { createKeeper, type Keeper } from '../../src/keeper/keeper.ts';
import type { FromKeeper, KeeperBoot, SecretKey } from '../../src/keeper/messages.ts';
import {
  type AddressState,
  addressObject,
  type CompiledRules,
  type KeeperPorts,
  type KernelChange,
  type KernelFailure,
  type LinkState,
} from '../../src/keeper/ports.ts';
import { addressKey } from '../../src/keeper/vips.ts';
import { decodeAdvert, encodeAdvert } from '../../src/wire/advert.ts';
import { clusterId, nodeIds } from '../../src/wire/identity.ts';
import { configOf, rulesIn, type Setup, web } from '../core/director.ts';

export const key: SecretKey = { id: 1, key: new TextEncoder().encode('the secret of the stage') };

export interface StageSetup extends Setup {
  /** How many virtual IPs the first group has. */
  readonly vips?: number;
  readonly leaseSeconds?: number;
  readonly links?: number;
  readonly rules?: RulesMark;
  readonly maintenance?: boolean;
  /** What the kernel holds when the keeper starts. */
  readonly held?: readonly Vip[];
  readonly boot?: Partial<KeeperBoot>;
}

export interface Stage {
  readonly keeper: Keeper;
  readonly boot: KeeperBoot;
  readonly vips: readonly Vip[];
  readonly kernel: StageKernel;
  now: number;
  /** "hold 10.0.0.1", "announce 10.0.0.1", "send active", one after the other. */
  readonly diary: readonly string[];
  readonly reports: readonly FromKeeper[];
  readonly sent: readonly {
    readonly to: NodeName;
    readonly link: number;
    readonly advert: Advert;
    readonly echo: Echo | undefined;
    readonly at: number;
  }[];
  /** What happened since the last call. */
  news(): readonly string[];
  /** Wakes the keeper whenever it wants to be, until `moment`. */
  runUntil(moment: number): void;
  /** The peer says this on each link, and the keeper is woken. Its echo is the newest round of this director. */
  hear(said?: Heard): void;
  datagram(said?: Heard, link?: number): Uint8Array;
  change(change: KernelChange): void;
}

export interface Heard extends Partial<Omit<GroupAdvert, 'vrid'>> {
  readonly from?: NodeName;
  readonly vrid?: number;
  readonly incarnation?: number;
  readonly sequence?: number;
  readonly echo?: Echo | 'nothing';
  readonly interval?: number;
  readonly solicit?: boolean;
  readonly signedWith?: SecretKey;
  readonly cluster?: string;
}

/** Of another id than the one that stages begin with. */
export const spareKey: SecretKey = { id: 9, key: new TextEncoder().encode('the key that comes after the first') };

export interface StageKernel {
  readonly addresses: Map<string, AddressState>;
  readonly links: Map<string, LinkState>;
  /** Writes that are refused: an address by its `addressObject`, 'announce 10.0.0.1', a request by its label, or 'rules'. */
  readonly refuses: Set<string>;
  /** Milliseconds that loading a piece of the rules takes. */
  rulesTake: number;
  readonly leases: number[];
}

export function createStage(setup: StageSetup = {}): Stage {
  const core = configOfStage(setup);
  const links = Array.from({ length: setup.links ?? 1 }, (_, link) => ({
    local: `192.168.${link}.1`,
    peers: core.nodes
      .filter((node) => node.name !== core.self)
      .map((node, index) => ({ node: node.name, address: `192.168.${link}.${index + 2}` })),
  }));
  const boot: KeeperBoot = {
    core,
    cluster: 'web',
    keys: [key],
    port: 1112,
    links,
    marks: [],
    maintenance: setup.maintenance ?? false,
    leaseSeconds: setup.leaseSeconds ?? Number.POSITIVE_INFINITY,
    rules: setup.rules ?? rulesIn,
    ...setup.boot,
  };
  const ids = nodeIds(core.nodes.map((node) => node.name));
  const diary: string[] = [];
  const reports: FromKeeper[] = [];
  const sent: Stage['sent'][number][] = [];
  const sequences = new Map<NodeName, number>();
  let told = 0;

  const kernel: StageKernel = {
    addresses: new Map((setup.held ?? []).map((vip) => [addressKey(vip), vip])),
    links: new Map(['eth0', 'eth1'].map((dev, index) => [dev, { dev, index, mac: new Uint8Array(6), up: true }])),
    refuses: new Set(),
    rulesTake: 0,
    leases: [],
  };
  const write = (verb: string, vips: readonly Vip[], act: (vip: Vip) => void): readonly KernelFailure[] => {
    diary.push(`${verb} ${vips.map((vip) => vip.address).join(' ')}`);
    const refused = vips.filter((vip) => kernel.refuses.has(addressObject(vip)));
    for (const vip of vips) if (!refused.includes(vip)) act(vip);
    return refused.map((vip) => ({ object: addressObject(vip), attempt: verb, errno: 'EPERM' }));
  };
  const ports: KeeperPorts = {
    clock: { now: () => millis(stage.now) },
    kernel: {
      links: () => [...kernel.links.values()],
      addresses: () => [...kernel.addresses.values()],
      holdAddresses(vips, leaseSeconds) {
        kernel.leases.push(leaseSeconds);
        return write('hold', vips, (vip) => kernel.addresses.set(addressKey(vip), vip));
      },
      releaseAddresses: (vips) => write('release', vips, (vip) => kernel.addresses.delete(addressKey(vip))),
      announce(vip) {
        diary.push(`announce ${vip.address}`);
        const refused = kernel.refuses.has(`announce ${vip.address}`);
        return refused ? { object: vip.address, attempt: 'announce', errno: 'ENETDOWN' } : undefined;
      },
      loadRules(batch, from) {
        const next = Math.min(batch.messages.length, from + pieceRequests);
        diary.push(`rules ${batch.revision}${next - from === batch.messages.length ? '' : ` from ${from}`}`);
        stage.now += kernel.rulesTake;
        const refused = batch.labels.slice(from, next).filter((label) => kernel.refuses.has('rules') || kernel.refuses.has(label));
        return { failures: refused.map((label) => ({ object: label, attempt: 'load', errno: 'ENOENT' })), next };
      },
    },
    adverts: {
      relink: (links) => diary.push(`relink ${links.map(({ local }) => local).join(' ')}`),
      send(to, link, datagram) {
        const decoded = decodeAdvert(datagram, { cluster: clusterId('web'), nodes: ids, keys: [key, spareKey] });
        if (!decoded.ok) throw new Error(`it sent what nobody can read: ${decoded.reason}`);
        diary.push(`send ${decoded.value.advert.groups.map((group) => group.phase).join(' ')}`);
        sent.push({ to, link, advert: decoded.value.advert, echo: decoded.value.echo, at: stage.now });
      },
    },
    report: (message) => {
      reports.push(message);
    },
  };

  const stage: Stage = {
    keeper: createKeeper(boot, ports),
    boot,
    vips: core.groups[0]?.vips ?? [],
    kernel,
    now: 0,
    diary,
    reports,
    sent,
    news() {
      const since = diary.slice(told);
      told = diary.length;
      return since;
    },
    runUntil(moment) {
      while (stage.keeper.nextWake() <= moment) {
        stage.now = Math.max(stage.now, stage.keeper.nextWake());
        stage.keeper.wake();
      }
      stage.now = Math.max(stage.now, moment);
    },
    datagram(said = {}, link = 0) {
      const from = said.from ?? 'vsbak';
      const sequence = said.sequence ?? (sequences.get(from) ?? 0) + 1;
      sequences.set(from, sequence);
      const newest = sent.at(-1)?.advert;
      const usual = newest === undefined ? undefined : { incarnation: newest.incarnation, sequence: newest.sequence };
      const echo = said.echo === 'nothing' ? undefined : (said.echo ?? usual);
      return encodeAdvert(advertOf(from, sequence, said, boot), {
        cluster: clusterId(said.cluster ?? 'web'),
        nodes: ids,
        link,
        key: said.signedWith ?? key,
        echo: echo === undefined ? undefined : { ...echo, delay: millis(0) },
      });
    },
    hear(said = {}) {
      const sequence = said.sequence ?? (sequences.get(said.from ?? 'vsbak') ?? 0) + 1;
      links.forEach(({ peers }, link) => {
        const remote = peers.find((peer) => peer.node === (said.from ?? 'vsbak'))?.address ?? '';
        stage.keeper.receive(link, stage.datagram({ ...said, sequence }, link), remote);
      });
      stage.keeper.wake();
    },
    change(change) {
      if (change.type === 'addressRemoved') kernel.addresses.delete(addressKey(change.address));
      if (change.type === 'link') kernel.links.set(change.link.dev, change.link);
      stage.keeper.kernelChanged(change);
      stage.keeper.wake();
    },
  };
  return stage;
}

function configOfStage(setup: StageSetup) {
  const config = configOf(setup);
  const count = setup.vips ?? 2;
  const vips = Array.from({ length: count }, (_, index): Vip => {
    return { family: 4, address: `10.0.${index >> 8}.${index & 0xff}`, prefix: 24, dev: 'eth0' };
  });
  return {
    ...config,
    groups: config.groups.map((group, index) => (index === 0 && setup.devices === undefined ? { ...group, vips } : group)),
  };
}

function advertOf(from: NodeName, sequence: number, said: Heard, boot: KeeperBoot): Advert {
  const { phase = 'backup', priority = 100, holding = phase === 'active', handover } = said;
  return {
    from,
    incarnation: said.incarnation ?? 1,
    sequence,
    interval: millis(said.interval ?? boot.core.interval),
    solicit: said.solicit ?? false,
    rules: rulesIn,
    groups: boot.core.groups
      .map(({ vrid }) => ({ vrid, phase, priority, holding, handover }))
      .filter(({ vrid }) => (said.vrid ?? vrid) === vrid),
  };
}

/** What the kernel of the stage takes at once; each request of a batch is a byte long. */
const pieceRequests = 64;

/** A batch of so many requests, "request 0" first. */
export const longBatch = (revision: number, requests: number): CompiledRules =>
  batch(
    revision,
    Array.from({ length: requests }, (_, index) => `request ${index}`),
  );

/** A batch of IPVS requests; two services unless told otherwise. */
export function batch(revision: number, labels: readonly string[] = ['tcp 10.0.0.0:80', 'tcp 10.0.0.1:80']): CompiledRules {
  return { revision, digest: rulesIn.digest, messages: new Uint8Array(labels.length), labels };
}

/** Started, alone, and active. The diary begins after that. */
export function activeStage(setup: StageSetup = {}): Stage {
  const stage = createStage(setup);
  stage.keeper.start();
  stage.runUntil(10_000);
  stage.news();
  return stage;
}

/** Started and backup to vsbak, which it has heard just now. */
export function backupStage(setup: StageSetup = {}): Stage {
  const stage = createStage(setup);
  stage.keeper.start();
  stage.hear({ phase: 'active' });
  stage.news();
  return stage;
}

export { web };
