// The four machines of a Linux Virtual Server cluster with a client and a store, as network namespaces around one switch.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Host, portOf } from './host.ts';
import { ipBatch, ipBatchAnyway } from './ip.ts';
import { namespacePrefix, sweepLeftovers } from './leftovers.ts';
import { inNamespace } from './namespace.ts';
import { type ClusterShape, type HostPlan, networks, planOf } from './plan.ts';

export interface Cluster {
  readonly vs1: Host;
  readonly vsbak: Host;
  readonly real1: Host;
  readonly real2: Host;
  /** For what the directors share, Redis for one. */
  readonly store: Host;
  readonly client: Host;
  readonly directors: readonly Host[];
  readonly hosts: readonly Host[];
  /** Has `release` called when the cluster is closed, before its hosts; the last one first. What began on a host ends with it anyway. */
  onClose(release: () => unknown): void;
  /** Ends all processes and removes all namespaces, whatever state they are in. */
  close(): Promise<void>;
}

export async function createCluster(shape: Partial<ClusterShape> = {}): Promise<Cluster> {
  sweepLeftovers();
  const plans = planOf({ method: 'dr', links: 2, directors: 2, ...shape });
  const prefix = `${namespacePrefix}${process.pid}-${randomBytes(3).toString('hex')}-`;
  const switchNamespace = `${prefix}switch`;
  const hosts = plans.map((plan) => new Host(plan, `${prefix}${plan.name}`, switchNamespace));
  const closing = closingOf(hosts, switchNamespace);
  try {
    build(hosts, switchNamespace);
  } catch (cause) {
    await closing.close();
    throw cause;
  }
  const host = (name: string): Host => {
    const found = hosts.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no host ${name} in this cluster`);
    return found;
  };
  const directors = hosts.filter(({ name }) => name.startsWith('vs'));
  const [vs1, vsbak] = directors;
  if (vs1 === undefined || vsbak === undefined) throw new Error('a cluster has at least two directors');
  return {
    vs1,
    vsbak,
    real1: host('real1'),
    real2: host('real2'),
    store: host('store'),
    client: host('client'),
    directors,
    hosts,
    ...closing,
  };
}

function build(hosts: readonly Host[], switchNamespace: string): void {
  ipBatch([switchNamespace, ...hosts.map((host) => host.namespace)].map((name) => `netns add ${name}`));
  writeSysctls(switchNamespace, { 'ipv6/conf/default/disable_ipv6': '1' });
  for (const host of hosts) writeSysctls(host.namespace, host.plan.sysctls);
  ipBatch([...networks.flatMap(bridge), ...hosts.flatMap(cables)], switchNamespace);
  for (const host of hosts) ipBatch(host.plan.commands, host.namespace);
}

const bridge = (name: string): readonly string[] => [
  `link add ${name} type bridge mcast_snooping 0 stp_state 0 forward_delay 0`,
  `link set ${name} up`,
];

function cables({ plan, namespace }: { readonly plan: HostPlan; readonly namespace: string }): readonly string[] {
  return plan.legs.flatMap(({ dev, network, mac }) => {
    const port = portOf(plan.name, dev);
    return [`link add ${port} type veth peer name ${dev} address ${mac} netns ${namespace}`, `link set ${port} master ${network} up`];
  });
}

function writeSysctls(namespace: string, sysctls: Readonly<Record<string, string>>): void {
  inNamespace(namespace, () => {
    for (const [path, value] of Object.entries(sysctls)) writeFileSync(`/proc/sys/net/${path}`, value);
  });
}

function closingOf(hosts: readonly Host[], switchNamespace: string): Pick<Cluster, 'onClose' | 'close'> {
  const releases: (() => unknown)[] = [];
  const removeNamespaces = (): void =>
    ipBatchAnyway([switchNamespace, ...hosts.map((host) => host.namespace)].map((name) => `netns del ${name}`));
  const closeAtOnce = (): void => {
    for (const host of hosts) host.closeAtOnce();
    removeNamespaces();
  };
  process.once('exit', closeAtOnce);
  return {
    onClose: (release) => void releases.unshift(release),
    async close() {
      const outcomes = [await settled(releases), ...(await Promise.all(hosts.map((host) => settled([() => host.close()]))))];
      removeNamespaces();
      process.off('exit', closeAtOnce);
      const failures = outcomes.flat();
      if (failures.length > 0) throw new AggregateError(failures, 'closing the cluster');
    },
  };
}

/** Runs all, one after the other, whatever becomes of each; returns what they threw. */
async function settled(actions: readonly (() => unknown)[]): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const action of actions) {
    try {
      await action();
    } catch (cause) {
      failures.push(cause);
    }
  }
  return failures;
}
