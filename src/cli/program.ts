// The `vspair` command: gives the command line its world.
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import { styleText } from 'node:util';
import { connectControl } from '../control/client.ts';
import { seeKernel } from '../observe/kernel.ts';
import { runCli } from './cli.ts';
import { confirm, converse } from './conversation.ts';
import { editorIsNamed, openEditor } from './editor.ts';
import { openScreen } from './screen.ts';
import { version } from './version.ts';
import type { Paint, World } from './world.ts';

/** Where the Debian package puts them. */
const installedSchemas = '/usr/share/doc/vspair/config/schema';

const world: World = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  confirm: process.stdin.isTTY && process.stderr.isTTY ? confirm : undefined,
  converse: process.stdin.isTTY && process.stderr.isTTY ? converse : undefined,
  paint: { out: paintFor(process.stdout), err: paintFor(process.stderr) },
  edit: (process.stdin.isTTY && process.stdout.isTTY) || editorIsNamed() ? openEditor : undefined,
  screen: process.stdin.isTTY && process.stdout.isTTY ? openScreen : undefined,
  connect: connectControl,
  async startDaemon(start) {
    // Only the daemon pays for loading the daemon.
    const { startDaemon } = await import('../daemon/daemon.ts');
    return startDaemon(start);
  },
  async releaseKernel(...asked) {
    const { releaseKernel } = await import('../daemon/release.ts');
    return releaseKernel(...asked);
  },
  devices,
  addresses,
  kernel: seeKernel,
  schemas: () => (existsSync(installedSchemas) ? installedSchemas : undefined),
  hostname: hostname(),
  author: `${userName()}@${hostname()}`,
  version,
};

function paintFor(stream: NodeJS.WriteStream): Paint {
  return (colour, text) => styleText(colour, text, { stream });
}

/** Of this network namespace, also where /sys still shows another one. */
function devices(): string[] {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n');
  return lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
}

function addresses(): { dev: string; address: string }[] {
  return Object.entries(networkInterfaces()).flatMap(([dev, found = []]) =>
    found.flatMap(({ cidr, internal }) => (internal || cidr === null ? [] : [{ dev, address: cidr }])),
  );
}

/** A user id without a name is common in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

const words = process.argv.slice(2);
// The reader may leave early: `vspair status | head -1`.
process.stdout.on('error', () => process.exit(0));
process.exitCode = await runCli(words, world);
// A daemon that could not start has threads, sockets and timers that would keep it alive.
if (words[0] === 'run') process.exit();
