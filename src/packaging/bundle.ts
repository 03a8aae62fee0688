// Turns the sources into the program that is installed: a few JavaScript files that need Node and koffi only. One for each
// thread or process that starts by a file of its own, and what they share.
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

const sources = fileURLToPath(new URL('..', import.meta.url));
export const repository = dirname(resolve(sources));

/** The names of the files that something starts by, and where each begins. */
const entries: Readonly<Record<string, string>> = {
  vspair: 'main.ts',
  keeper: 'keeper/worker.ts',
  reconciler: 'reconciler/worker.ts',
  neighbour: 'neighbour/lookUp.ts',
};

/** Has a binary of its own, which it looks for beside its own files. */
export const unbundled: readonly string[] = ['koffi'];

/** Resolves to what went in. Throws with esbuild's words when the sources do not fit together. */
export async function bundle(directory: string): Promise<Metafile> {
  await rm(directory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(sources, file)])),
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    external: [...unbundled],
    // Not minified: an error shows the line that it happened in.
    legalComments: 'none',
    banner: { js: commonJsBridge },
    plugins: [startedByFile],
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

/** Libraries in CommonJS ask `require` for Node's own modules. */
const commonJsBridge = "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);";

/** Sources name what they start by its place among the sources; all that is bundled lies in one directory. */
const startedByFile: Plugin = {
  name: 'started by file',
  setup(toBuild) {
    toBuild.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll(
        /new URL\('([^']+\.ts)', import\.meta\.url\)/g,
        (_, file: string) => `new URL('${entryOf(join(dirname(path), file))}', import.meta.url)`,
      );
      return { contents, loader: 'ts' };
    });
  },
};

function entryOf(path: string): string {
  const found = Object.entries(entries).find(([, file]) => join(sources, file) === path);
  if (found === undefined) throw new Error(`${relative(repository, path)} is started by its file: name it in ${basename(import.meta.url)}`);
  return `${found[0]}.js`;
}
