// A configuration in order, and ways to spoil one place of it.

import { parseConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/errors/place.ts';

export const sample = `cluster: web
secretFile: /etc/vspair/secret
directors:
  vs1:   { priority: 150, addresses: [10.0.0.2, 192.168.1.2] }
  vsbak: { priority: 100, addresses: [10.0.0.3, 192.168.1.3] }
heartbeat: { port: 1112, interval: 100ms }
groups:
  - name: web
    vrid: 51
    vips:
      - { address: 10.0.0.1/24, dev: eth0 }
      - { address: 192.168.1.254/24, dev: eth1 }
    preempt: false
  - name: six
    vrid: 52
    vips: [{ address: "2001:db8::1/64", dev: eth0 }]
    priorities: { vs1: 50 }
state: { backend: redis, url: "redis://10.0.0.9:6379/0" }
ipvs: { standby: warm, connectionSync: { dev: eth1 } }
alerts:
  - { webhook: "https://ops.example/hook" }
  - { exec: /usr/local/bin/page-me }
control: { socket: /run/vspair/control.sock }
log: { level: info, format: json }
`;

/** The sample with the first `from` replaced. Throws when there is none, so that a row cannot miss its target. */
export function spoiled(from: string, to: string): string {
  if (!sample.includes(from)) throw new Error(`the sample has no ${from}`);
  return sample.replace(from, () => to);
}

/** What is said about a text, one line each: problems, then warnings. */
export function complaints(text: string): string[] {
  const read = parseConfig(text, 'c.yaml');
  const warnings = read.warnings.map((warning) => `warning ${problemText(warning)}`);
  return [...(read.ok ? [] : read.problems.map(problemText)), ...warnings];
}

/** One way to spoil the sample, and all that is to be said about it. */
export interface Row {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly says: readonly string[];
}
