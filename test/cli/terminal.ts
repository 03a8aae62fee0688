// A terminal that remembers what a command said, without a process of its own.
import { expect } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import type { World } from '../../src/cli/world.ts';
import { connectControl } from '../../src/control/client.ts';
import { kernel } from '../doctor/healthy.ts';

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** Runs one command in this process. What it may touch beyond files and the socket is in `world`. */
export async function ran(words: readonly string[], world: Partial<World> = {}): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runCli(words, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    confirm: undefined,
    converse: undefined,
    paint: { out: plain, err: plain },
    edit: undefined,
    screen: undefined,
    connect: connectControl,
    startDaemon: () => Promise.reject(new Error('this test starts no daemon')),
    releaseKernel: () => Promise.reject(new Error('this test touches no kernel')),
    devices: () => ['lo', 'eth0', 'eth1'],
    addresses: () => [
      { dev: 'eth0', address: '10.0.0.2/24' },
      { dev: 'eth1', address: '192.168.1.2/24' },
    ],
    kernel,
    schemas: () => undefined,
    hostname: 'vs1',
    author: 'root@vs1',
    version: '0.0.0',
    ...world,
  });
  return { out: out.join('\n'), err: err.join('\n'), exitCode };
}

const plain = (_: string, text: string): string => text;

/** `expect.stringContaining` without its `any`. */
export const containing = (part: string): unknown => expect.stringContaining(part);

export const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);
