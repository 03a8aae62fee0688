// The configuration and rules files of the lab's picture, with the few things that tests vary.
import type { Cluster } from './cluster.ts';
import type { ForwardingMethod } from './plan.ts';
import { virtualAddresses } from './plan.ts';

export interface ConfigWishes {
  readonly interval?: string;
  /** YAML of the list under `vips`, one item each; by default one virtual IP on each network that the directors share. */
  readonly vips?: readonly string[];
  /** YAML of the group's other keys, such as 'preempt: true'. */
  readonly group?: readonly string[];
  /** YAML of other sections, such as 'state: { backend: redis, url: "redis://10.0.0.9:6379/0" }'. */
  readonly sections?: readonly string[];
}

export function configText({ directors }: Pick<Cluster, 'directors'>, wishes: ConfigWishes = {}): string {
  const vips =
    wishes.vips ?? [vip(virtualAddresses.outside, 'eth0'), vip(virtualAddresses.inside, 'eth1')].slice(0, directors[0]?.plan.legs.length);
  return [
    'cluster: lab',
    'directors:',
    ...directors.map(({ name, plan }, index) => {
      const addresses = plan.legs.map(({ address }) => address).join(', ');
      return `  ${name}: { priority: ${150 - 50 * index}, addresses: [${addresses}] }`;
    }),
    `heartbeat: { interval: ${wishes.interval ?? '100ms'} }`,
    'groups:',
    '  - name: web',
    '    vrid: 51',
    ...(wishes.group ?? []).map((line) => `    ${line}`),
    '    vips:',
    ...vips.map((item) => `      - ${item}`),
    ...(wishes.sections ?? []),
    '',
  ].join('\n');
}

export const vip = (address: string, dev: string): string => `{ address: ${address}/${address.includes(':') ? 64 : 24}, dev: ${dev} }`;

/** HTTP on the outside virtual IP, balanced over both real servers. */
export function rulesText(method: ForwardingMethod): string {
  const network = method === 'nat' ? '192.168.1' : '10.0.0';
  return `services:
  - address: ${virtualAddresses.outside}:80
    protocol: tcp
    scheduler: rr
    forward: ${method}
    servers:
      - { address: ${network}.11:80, weight: 1 }
      - { address: ${network}.12:80, weight: 1 }
`;
}
