// The files of a new pair, from the answers: configuration and first rules, checked as `vspair check` would before anything is
// written.
import { dirname, join } from 'node:path';
import { checkInterfaces } from '../../config/interfaces.ts';
import { parseConfig } from '../../config/load.ts';
import { VspairError } from '../../errors/catalogue.ts';
import type { Problem } from '../../errors/place.ts';
import type { ConfigDraft, GroupDraft } from '../../migration/configDraft.ts';
import type { RulesDocument, VirtualService } from '../../rules/document.ts';
import { parseRules, servicesBesideTheVips } from '../../rules/load.ts';
import { configText } from '../renderConfig.ts';
import { rulesText } from '../renderRules.ts';
import type { Answers, Machine } from './answers.ts';

export interface Places {
  readonly config: string;
  readonly secret: string;
  readonly rules: string;
}

export interface PairFiles {
  readonly places: Places;
  readonly config: string;
  /** Undefined without real servers. */
  readonly rules: string | undefined;
  /** What works, but probably not as it was meant. */
  readonly warnings: readonly Problem[];
}

/** Throws VSP_UNEXPECTED when the answers do not make files that are in order. */
export function pairFilesOf(answers: Answers, configFile: string, machine: Machine): PairFiles {
  const places = placesBeside(configFile);
  const config = `${schemaLine('vspair', machine)}${configHeader}${configText(draftOf(answers, places))}\n`;
  const rules =
    answers.servers.length === 0 ? undefined : `${schemaLine('rules', machine)}${rulesHeader}${rulesText(documentOf(answers))}\n`;
  const { problems, warnings } = faultsOf(config, rules, places, machine);
  if (problems.length > 0)
    throw new VspairError({ code: 'VSP_UNEXPECTED', object: configFile, attempt: 'make it of these answers', problems });
  return { places, config, rules, warnings };
}

const placesBeside = (config: string): Places => ({
  config,
  secret: join(dirname(config), 'secret'),
  rules: join(dirname(config), 'rules.yaml'),
});

const schemaLine = (name: string, { schemas }: Machine): string =>
  schemas === undefined ? '' : `# yaml-language-server: $schema=${schemas}/${name}.schema.json\n`;

const configHeader = `# Made by vspair init: the same file on both directors. vspair check names every mistake in it; man vspair.yaml, or
# config/KEYS.md of vspair, says what each key is for.
`;

const rulesHeader = `# The first rules. After a change: vspair rules check FILE, then vspair rules apply FILE, on either director.
`;

function draftOf(answers: Answers, { secret }: Places): ConfigDraft {
  const { cluster, node, peer, addresses, peerAddresses, sync, vrid } = answers;
  return {
    cluster,
    ...(secret === '/etc/vspair/secret' ? {} : { secretFile: secret }),
    directors: [
      { name: node, priority: 150, addresses: addresses.map(({ address }) => address.text) },
      { name: peer, priority: 100, addresses: peerAddresses.map(({ text }) => text) },
    ],
    intervalMs: 100,
    groups: [groupOf(answers)],
    // The VRID tells pairs on one network apart here too.
    connectionSync: sync === undefined ? undefined : { dev: sync, syncId: vrid },
    timeouts: undefined,
    sysctls: forwardingOf(answers),
  };
}

function groupOf({ cluster, vrid, vip, dev, gateway, gatewayDev }: Answers): GroupDraft {
  const devices = [...dev, ...gatewayDev];
  return {
    name: cluster,
    vrid,
    vips: [...vip, ...gateway].map(({ text, prefix }, index) => ({ address: text, prefix, dev: devices[index] ?? '' })),
    preempt: false,
    preemptDelayMs: 0,
    priorities: new Map(),
  };
}

function forwardingOf({ forward, gateway }: Answers): Record<string, number> {
  if (forward !== 'nat') return {};
  const names = gateway.map(({ family }) => (family === 4 ? 'ip_forward' : 'ip6_forwarding'));
  return Object.fromEntries(names.map((name) => [name, 1]));
}

/** A service for each virtual IP that has servers of its family. */
function documentOf({ vip, servers, forward, port = 0 }: Answers): RulesDocument {
  const services = vip.map(({ text, family }): VirtualService => {
    const own = servers.filter((server) => server.family === family);
    const ports = { port, lastPort: undefined };
    return {
      match: { by: 'address', protocol: 'tcp', address: text, ...ports },
      scheduler: 'wlc',
      schedulerFlags: [],
      persistence: undefined,
      persistenceNetmask: undefined,
      persistenceEngine: undefined,
      onePacket: false,
      drain: undefined,
      servers: own.map((server) => ({
        address: server.text,
        ...ports,
        weight: 1,
        restoreWeight: undefined,
        forward,
        tunnel: undefined,
        upperThreshold: 0,
        lowerThreshold: 0,
      })),
    };
  });
  return { services: services.filter((service) => service.servers.length > 0) };
}

interface Faults {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

function faultsOf(config: string, rules: string | undefined, places: Places, { devices }: Machine): Faults {
  const read = parseConfig(config, places.config);
  if (!read.ok) return read;
  const problems = checkInterfaces(read, devices);
  if (rules === undefined) return { problems, warnings: read.warnings };
  const readRules = parseRules(rules, places.rules);
  if (!readRules.ok) return { problems: [...problems, ...readRules.problems], warnings: read.warnings };
  const vips = read.config.groups.flatMap((group) => group.vips.map(({ address }) => address));
  return { problems: [...problems, ...servicesBesideTheVips(readRules, vips)], warnings: [...read.warnings, ...readRules.warnings] };
}
