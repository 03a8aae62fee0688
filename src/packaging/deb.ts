// The Debian package: the bundled program with the Node that runs it, koffi's binary, the unit, the manual, completions and
// examples, so that nothing else has to be installed.
import { execFile } from 'node:child_process';
import { chmod, cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { version as programVersion } from '../cli/version.ts';
import { collectionFlags } from '../daemon/garbageCollection.ts';
import { bundle, repository } from './bundle.ts';
import { controlFiles } from './control.ts';
import { copyrightText, packagesIn } from './licences.ts';
import { manualPages } from './manual.ts';

const run = promisify(execFile);
const compress = promisify(gzip);

export interface DebWishes {
  /** Where the package goes, as vspair_VERSION_ARCHITECTURE.deb. */
  readonly directory: string;
  /** In place of the program's own: for tests of an upgrade. */
  readonly version?: string;
  /** xz takes a minute or more; the others are for who does not keep the package. */
  readonly compression?: 'xz' | 'gzip' | 'none';
  readonly onStep?: (step: string) => void;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const compressions = { xz: ['-Zxz', '-z6'], gzip: ['-Zgzip', '-z1'], none: ['-Znone'] };
const home = 'usr/lib/vspair';
const documentation = 'usr/share/doc/vspair';

/** Resolves to the path of the package. Throws when a tool of Debian's is missing (dpkg-deb; binutils for strip). */
export async function buildDeb({
  directory,
  version = programVersion,
  compression = 'xz',
  onStep = () => undefined,
}: DebWishes): Promise<string> {
  const architecture = architectures[process.arch];
  if (architecture === undefined)
    throw new Error(`no package for ${process.arch}: there is one for ${Object.keys(architectures).join(', ')}`);
  const stage = await mkdtemp(join(tmpdir(), 'vspair-deb-'));
  try {
    await chmod(stage, 0o755);
    onStep('the program');
    const bundled = await stageProgram(stage);
    onStep('the runtime');
    await stageRuntime(stage);
    onStep('documents');
    await stageDocuments(stage, bundled);
    await stageCompletions(stage);
    await stageManual(stage, version);
    const control = await controlFiles(stage, { version, architecture });
    await writeAll(join(stage, 'DEBIAN'), control);
    const file = join(directory, `vspair_${version}_${architecture}.deb`);
    onStep(`compressing into ${file}`);
    await mkdir(directory, { recursive: true });
    await run('dpkg-deb', ['--root-owner-group', ...compressions[compression], '--build', stage, file]);
    return file;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Resolves to the npm packages that are in it. */
async function stageProgram(stage: string): Promise<readonly string[]> {
  const program = join(stage, home);
  const metafile = await bundle(program);
  await writeFile(join(program, 'package.json'), '{ "type": "module" }\n');
  await withInterpreter(join(program, 'vspair.js'), `/usr/bin/env -S /${home}/node ${collectionFlags.join(' ')}`);
  await mkdir(join(stage, 'usr/bin'), { recursive: true });
  await symlink(`../lib/vspair/vspair.js`, join(stage, 'usr/bin/vspair'));
  const binary = `@koromix/koffi-linux-${process.arch}`;
  const parts = [
    ...['package.json', 'index.js', 'index.cjs', 'indirect.js', 'src/koffi/index.js', 'src/koffi/src/static.js'].map(
      (file) => `koffi/${file}`,
    ),
    ...['package.json', 'index.js', `linux_${process.arch}/koffi.node`].map((file) => `${binary}/${file}`),
  ];
  for (const part of parts) await copy(join(repository, 'node_modules', part), join(program, 'node_modules', part));
  await run('strip', ['--strip-unneeded', join(program, 'node_modules', binary, `linux_${process.arch}/koffi.node`)]);
  return [...packagesIn(metafile), 'node_modules/koffi', `node_modules/${binary}`];
}

/** With the flags that the daemon would start itself again for; `env -S` makes of one argument the words that they are. */
async function withInterpreter(script: string, interpreter: string): Promise<void> {
  const [, ...lines] = (await readFile(script, 'utf8')).split('\n');
  await writeFile(script, [`#!${interpreter}`, ...lines].join('\n'), { mode: 0o755 });
}

const runtime = `node_modules/node-linux-${process.arch}`;

async function stageRuntime(stage: string): Promise<void> {
  const node = join(stage, home, 'node');
  await copy(join(repository, runtime, 'bin/node'), node);
  await run('strip', ['--strip-unneeded', node]);
}

async function stageDocuments(stage: string, packages: readonly string[]): Promise<void> {
  const from = (path: string): string => join(repository, path);
  await copy(from('systemd/vspair.service'), join(stage, 'usr/lib/systemd/system/vspair.service'));
  await copy(from('systemd/vspair.sysusers'), join(stage, 'usr/lib/sysusers.d/vspair.conf'));
  // Where the links of the README lead.
  await cp(from('config'), join(stage, documentation, 'config'), { recursive: true });
  for await (const document of glob(['src/**/*.md', 'systemd/*.md'], { cwd: repository }))
    await copy(from(document), join(stage, documentation, document));
  await writeAll(join(stage, 'etc/vspair'), {
    'vspair.yaml.example': withInstalledSchema(await readFile(from('config/vspair.yaml'), 'utf8')),
    'rules.yaml.example': withInstalledSchema(await readFile(from('config/rules.yaml'), 'utf8')),
  });
  await copy(from('src/packaging/debian/lintian-overrides'), join(stage, 'usr/share/lintian/overrides/vspair'));
  await writeAll(join(stage, documentation), {
    copyright: await copyrightText(repository, [...packages, runtime]),
    'changelog.gz': await compress(await readFile(from('src/packaging/debian/changelog')), { level: 9 }),
    'README.md': await readFile(from('README.md')),
  });
}

/** Of the first line, by which editors find the schema: in the sources it is relative. */
const withInstalledSchema = (example: string): string => example.replace('$schema=schema/', `$schema=/${documentation}/config/schema/`);

const completions: Readonly<Record<string, string>> = {
  bash: 'usr/share/bash-completion/completions/vspair',
  zsh: 'usr/share/zsh/vendor-completions/_vspair',
  fish: 'usr/share/fish/vendor_completions.d/vspair.fish',
};

/** As the program itself prints them. */
async function stageCompletions(stage: string): Promise<void> {
  for (const [shell, path] of Object.entries(completions)) {
    const env = { ...process.env, SHELL: `/bin/${shell}` };
    const { stdout } = await run(process.execPath, [join(stage, home, 'vspair.js'), 'completion'], { env });
    await writeAll(join(stage, dirname(path)), { [basename(path)]: stdout });
  }
}

async function stageManual(stage: string, version: string): Promise<void> {
  for (const [page, text] of Object.entries(await manualPages(version))) {
    await writeAll(join(stage, `usr/share/man/man${page.slice(-1)}`), { [`${page}.gz`]: await compress(text, { level: 9 }) });
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}

async function writeAll(directory: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name);
    await writeFile(file, content);
    if (['postinst', 'prerm', 'postrm'].includes(name)) await chmod(file, 0o755);
  }
}
