// Whether Debian 12's npm 9 as well as npm 11 can install from the lock file, from any registry.
import type { Finding } from './finding.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[] | string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const file = 'package-lock.json';
const finding = (banned: string, instead: string): Finding => ({ file, line: 1, banned, instead });

export function badLock(lock: LockFile): Finding[] {
  const packages = Object.entries(lock.packages);
  return packages.flatMap(([name, locked]) => [
    ...addressOf(name, locked),
    ...looseVersions(name, locked),
    ...missingOptional(name, locked, Object.keys(lock.packages)),
    ...refusesNode18(name, locked),
  ]);
}

function addressOf(name: string, { resolved }: LockedPackage): Finding[] {
  if (resolved === undefined) return [];
  return [finding(`the address ${resolved} of ${name}`, 'write the lock file by npm install --omit-lockfile-registry-resolved')];
}

function looseVersions(name: string, locked: LockedPackage): Finding[] {
  if (name !== '') return [];
  const asked = Object.entries({ ...locked.dependencies, ...locked.devDependencies, ...locked.optionalDependencies });
  return asked
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
    .map(([dependency, version]) => finding(`${dependency} at ${version}`, 'pin the exact version in package.json'));
}

/** npm 11 calls a lock file out of sync when it lacks a platform's package, also one for a platform that is not ours. */
function missingOptional(name: string, { optionalDependencies = {} }: LockedPackage, all: readonly string[]): Finding[] {
  return Object.keys(optionalDependencies)
    .filter((dependency) => !all.some((path) => path.endsWith(`node_modules/${dependency}`)))
    .map((dependency) => finding(`${name} without its optional ${dependency}`, 'take a version of which every platform is published'));
}

/** npm leaves an optional package out, saying nothing, when its engines exclude the Node that runs npm: Debian 12's is 18. */
function refusesNode18(name: string, { optional, os, engines }: LockedPackage): Finding[] {
  const wanted = engines?.['node'];
  const native = optional === true && os !== undefined && [os].flat().includes('linux');
  if (!native || wanted === undefined || acceptsNode18(wanted)) return [];
  return [finding(`${name}, which asks for Node ${wanted}`, "take a version that Debian 12's Node 18 may install")];
}

const acceptsNode18 = (range: string): boolean =>
  range.split('||').some((part) => {
    const [, operator, major] = /^\s*(>=|\^|~)?\s*(\d+)/.exec(part) ?? [];
    return part.trim() === '*' || Number(major) === 18 || (operator === '>=' && Number(major) < 18);
  });
