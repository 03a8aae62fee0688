// Who may import whom. The drawing is src/ARCHITECTURE.md; this is the part of it that a machine can keep.
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Finding } from './finding.ts';
import { lineOf, type Source } from './source.ts';

export interface Import {
  readonly from: string;
  readonly line: number;
  /** A path from the top of the repository, or the name of a package (`node:net`, `ioredis`). */
  readonly target: string;
  readonly inside: boolean;
  readonly typesOnly: boolean;
}

/** Words that every folder shares: values and pure functions, no I/O. */
const vocabulary = ['core', 'wire', 'rules', 'errors', 'text', 'rpc', 'events'];
/** Pages of types through which folders meet. */
const ports = [
  'src/keeper/ports.ts',
  'src/keeper/messages.ts',
  'src/config/config.ts',
  'src/config/alertChannel.ts',
  'src/config/digest.ts',
  'src/config/changes.ts',
  'src/config/secretChanges.ts',
  'src/control/handover.ts',
  'src/control/status.ts',
  'src/events/event.ts',
];
const keeperEntry = 'src/keeper/worker.ts';
/** They put the parts together, one for each process or thread beside the keeper's, and may know them all; packaging makes of
 *  the whole program what is installed, and observe looks at all that the doctor judges. */
const compositionRoots = ['src/daemon/', 'src/cli/', 'src/main.ts', 'src/reconciler/', 'src/packaging/', 'src/observe/'];

interface FolderRule {
  readonly folders: readonly string[];
  readonly files?: readonly string[];
  readonly packages: readonly string[];
}

/** Folders that decide or speak bytes. All others are adapters: themselves, the vocabulary, and the page of ports. */
const folderRules: Readonly<Record<string, FolderRule>> = {
  core: { folders: ['core'], packages: [] },
  wire: { folders: ['wire'], files: ['src/core/types.ts'], packages: ['node:crypto'] },
  keeper: { folders: ['core', 'wire', 'keeper'], packages: ['dgram-as-promised', 'node:worker_threads', 'node:timers'] },
  // Judges what was observed, and touches nothing.
  doctor: { folders: ['doctor', 'core', 'rules', 'errors', 'text'], files: [...ports, 'src/config/ipvsSysctls.ts'], packages: [] },
  errors: { folders: ['errors'], packages: [] },
  text: {
    folders: ['text', 'errors'],
    files: ['src/core/types.ts'],
    packages: ['node:buffer', 'node:fs', 'node:fs/promises', 'node:path', 'yaml', 'zod', 'ipaddr.js'],
  },
  events: { folders: ['events', 'core', 'errors', 'text'], files: ['src/keeper/messages.ts'], packages: ['node:crypto', 'zod'] },
  rules: {
    folders: ['rules', 'core', 'wire', 'errors', 'text'],
    files: ['src/keeper/ports.ts'],
    packages: ['node:crypto', 'yaml', 'zod', 'ipaddr.js'],
  },
};

/** Each library has one home, so that it can be replaced there. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'cli-table3': ['cli'],
  'dgram-as-promised': ['keeper'],
  ioredis: ['store'],
  'ipaddr.js': ['text', 'rules', 'config'],
  esbuild: ['packaging'],
  koffi: ['kernel'],
  marked: ['packaging'],
  'marked-man': ['packaging'],
  'node-arp': ['neighbour'],
  nodemailer: ['alerts'],
  'prom-client': ['metrics'],
  winston: ['log'],
  yaml: ['text', 'config', 'rules', 'cli'],
  yargs: ['cli'],
  zod: ['text', 'events', 'config', 'rules', 'control', 'peer', 'rpc', 'store', 'daemon'],
  'node:child_process': ['alerts', 'neighbour', 'cli', 'packaging', 'observe'],
  'node:http': ['metrics'],
};

/** What may stall, or is too large, for the thread that decides. */
export const bannedFromKeeper: readonly string[] = [
  ...['ioredis', 'winston', 'zod', 'yargs', 'yaml', 'cli-table3', 'node-arp', 'nodemailer', 'prom-client'],
  ...['node:child_process', 'node:http', 'node:https', 'node:dns', 'node:tls', 'node:fs/promises', 'node:readline'],
];

export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node, specifier: ts.Node | undefined, typesOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const inside = specifier.text.startsWith('.');
    const target = inside ? join(dirname(source.path), specifier.text) : packageOf(specifier.text);
    found.push({ from: source.path, line: lineOf(source, node), target, inside, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importsTypesOnly(node));
    if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}

function importsTypesOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = importClause.namedBindings;
  return (
    importClause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const folderOf = (path: string): string => path.split('/')[1] ?? '';

/** Imports that a file of `src` may not make. */
export function bannedImports(imports: readonly Import[]): Finding[] {
  return imports.flatMap((one) => {
    const instead = objectionTo(one);
    return instead === undefined ? [] : [{ file: one.from, line: one.line, banned: `import of ${one.target}`, instead }];
  });
}

function objectionTo(one: Import): string | undefined {
  if (!one.from.startsWith('src/')) return undefined;
  return one.inside ? objectionToFile(one) : objectionToPackage(one);
}

function objectionToFile({ from, target }: Import): string | undefined {
  if (!target.startsWith('src/') && target !== 'package.json') return 'src stands alone: what the program needs lives in src';
  if (compositionRoots.some((root) => from.startsWith(root))) return undefined;
  const mine = folderOf(from);
  const theirs = folderOf(target);
  const rule = folderRules[mine] ?? { folders: [mine, ...vocabulary], files: ports, packages: [] };
  if (rule.folders.includes(theirs) || rule.files?.includes(target) === true) return undefined;
  if (from === keeperEntry && theirs === 'kernel') return undefined;
  return `${mine} may import ${rule.folders.join(', ')} only: let src/daemon or src/cli bring the two together through a port`;
}

function objectionToPackage({ from, target }: Import): string | undefined {
  const mine = folderOf(from);
  const rule = folderRules[mine];
  if (rule !== undefined && !rule.packages.includes(target))
    return `${mine} may use ${rule.packages.join(', ') || 'no package'} only: pass in what it needs`;
  const home = homes[target];
  if (home !== undefined && !home.includes(mine))
    return `${target} is used in src/${home.join(', src/')} only: ask that folder for what you need`;
  return undefined;
}

/** Everything that loading `entry` loads (types are gone by then), each with the chain of files that leads to it. */
export function reachableFrom(entry: string, imports: readonly Import[]): Map<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[entry, [entry]]]);
  for (const [file, chain] of chains) {
    for (const { from, target, typesOnly } of imports) {
      if (from === file && !typesOnly && !chains.has(target)) chains.set(target, [...chain, target]);
    }
  }
  return chains;
}

export function bannedInKeeperThread(imports: readonly Import[], entry: string = keeperEntry): Finding[] {
  return [...reachableFrom(entry, imports)].flatMap(([target, chain]) => {
    if (!bannedFromKeeper.includes(target)) return [];
    return [
      {
        file: chain.at(-2) ?? entry,
        line: 1,
        banned: `${target} in the keeper's thread (${chain.join(' > ')})`,
        instead: 'do it on the main thread and send a message',
      },
    ];
  });
}
