// The configuration of a cluster, and its rules, from the keepalived.conf of one of its nodes or of several.
import type { Problem } from '../../errors/place.ts';
import type { RulesDocument } from '../../rules/document.ts';
import { matchText } from '../../rules/kernelServices.ts';
import type { ConfigDraft } from '../configDraft.ts';
import { inReadingOrder, Ledger, type Remark } from '../ledger.ts';
import type { FindFiles, SourceFile } from '../source.ts';
import { directorsOf, priorityIn } from './directors.ts';
import { statementsIn } from './file.ts';
import { groupsOf } from './groups.ts';
import { type KeepalivedNode, keepalivedNode } from './node.ts';
import { unitsOf } from './units.ts';

export interface NodeSource extends SourceFile {
  /** For lines that are for one node only. */
  readonly configId: string | undefined;
}

export interface MigrationWishes {
  readonly cluster: string | undefined;
  /** Of the directors: those with files first, in their order. They need not be all. */
  readonly names: readonly string[];
  readonly findFiles: FindFiles;
}

export interface Migration {
  /** As far as the files could be read: of use only without problems. */
  readonly config: ConfigDraft;
  readonly document: RulesDocument;
  readonly account: readonly Remark[];
  readonly problems: readonly Problem[];
}

export function migrateKeepalived(sources: readonly NodeSource[], { cluster, names, findFiles }: MigrationWishes): Migration {
  const ledger = new Ledger();
  const nodes = sources.map((source): KeepalivedNode => {
    const statements = statementsIn(source, { configId: source.configId, findFiles }, ledger);
    return keepalivedNode(source.file, statements, ledger);
  });
  const config = configOf(nodes, cluster ?? usualCluster(sources, ledger), names, ledger);
  const document = commonRules(nodes, ledger);
  return { config, document, account: inReadingOrder(ledger.remarks), problems: inReadingOrder(ledger.problems) };
}

function usualCluster([first]: readonly NodeSource[], ledger: Ledger): string {
  const passage = { place: { file: first?.file ?? '', line: 1, column: 1 }, lastLine: 1 };
  ledger.assumed(
    passage,
    'cluster lvs',
    'keepalived has no name for a cluster',
    'another cluster on the same network needs another name: --cluster',
  );
  return 'lvs';
}

function configOf(nodes: readonly KeepalivedNode[], cluster: string, names: readonly string[], ledger: Ledger): ConfigDraft {
  const units = unitsOf(nodes, ledger);
  const [first] = nodes;
  if (first !== undefined && units.length === 0 && ledger.problems.length === 0)
    ledger.wrong(
      { place: { file: first.file, line: 1, column: 1 } },
      'there is no vrrp_instance with a virtual IP',
      'a vrrp_instance; for the rules alone: vspair rules import',
    );
  const priorities = nodes.map((_, position) => priorityIn(units, position));
  return {
    cluster,
    directors: directorsOf(nodes, names, units, ledger),
    intervalMs: intervalOf(nodes, ledger),
    groups: groupsOf(units, nodes, priorities, ledger),
    connectionSync: connectionSyncOf(nodes, ledger),
    timeouts: first?.timeouts,
  };
}

const [shortestMs, longestMs] = [10, 40_000];

/** One for all groups: the shortest, so that none of them is taken over later than it was. */
function intervalOf(nodes: readonly KeepalivedNode[], ledger: Ledger): number {
  const instances = nodes.flatMap((node) => node.instances);
  const wanted = instances.length === 0 ? 1000 : Math.min(...instances.map(({ advertMs }) => advertMs));
  const interval = Math.round(Math.min(longestMs, Math.max(shortestMs, wanted)));
  for (const one of instances) {
    if (one.advertMs !== interval)
      ledger.changed(
        one,
        `advert_int ${one.advertMs / 1000} of ${one.name} to ${interval / 1000}`,
        `all groups have one interval, from 10ms to 40s`,
      );
  }
  return interval;
}

function connectionSyncOf(nodes: readonly KeepalivedNode[], ledger: Ledger): ConfigDraft['connectionSync'] {
  const [daemon] = nodes.flatMap(({ syncDaemon }) => syncDaemon ?? []);
  const instances = nodes.flatMap((node) => node.instances);
  if (daemon !== undefined) {
    const followed = instances.find(({ name }) => name === daemon.instance);
    if (daemon.syncId === undefined)
      ledger.assumed(
        daemon,
        `sync id ${followed?.vrid ?? 0}`,
        'keepalived.conf(5): by default the virtual_router_id of the instance, else 0',
      );
    return { dev: daemon.dev, syncId: daemon.syncId ?? followed?.vrid ?? 0, ...daemon.more };
  }
  const old = instances.find(({ syncInterface }) => syncInterface !== undefined);
  if (old?.syncInterface === undefined) return undefined;
  ledger.assumed(
    old,
    `sync id ${old.vrid ?? 0}`,
    'lvs_sync_daemon_interface took the virtual_router_id',
    'it has to be the same on both directors',
  );
  return { dev: old.syncInterface, syncId: old.vrid ?? 0 };
}

/** Those of the first node, and what only others have. */
function commonRules(nodes: readonly KeepalivedNode[], ledger: Ledger): RulesDocument {
  const byName = new Map<string, { readonly file: string; readonly text: string }>();
  const services = nodes.flatMap(({ file, rules }) =>
    rules.document.services.filter((service) => {
      const name = matchText(service.match);
      const earlier = byName.get(name);
      const text = JSON.stringify(service);
      const passage = rules.passages.get(name) ?? { place: { file, line: 1, column: 1 }, lastLine: 1 };
      if (earlier !== undefined && earlier.text !== text)
        ledger.leftOut(passage, `its version of service ${name}`, {
          why: `${earlier.file} has another one, which was taken`,
          advice: 'look which of the two is meant',
        });
      if (earlier === undefined && file !== nodes[0]?.file)
        ledger.changed(
          passage,
          `service ${name} to both directors`,
          `${nodes[0]?.file ?? ''} does not have it`,
          'the rules are the same on all directors',
        );
      if (earlier === undefined) byName.set(name, { file, text });
      return earlier === undefined;
    }),
  );
  return { services };
}
