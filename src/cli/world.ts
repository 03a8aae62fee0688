// What the commands need of the world outside: the composition root gives it to them.
import type { Config, DirectorConfig } from '../config/config.ts';
import type { ControlClient } from '../control/client.ts';
import type { releaseKernel } from '../daemon/release.ts';
import type { KernelSeen } from '../doctor/seen.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import type { SecretKey } from '../keeper/messages.ts';
import type { Readiness } from './readiness.ts';
import type { Screen } from './screen.ts';

export interface World {
  /** One or more whole lines, without the last line end. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Asks the person at the terminal; undefined when nobody sits there. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** Asks several questions, one line each; VSP_USAGE when the person leaves before the last. Undefined when nobody sits there. */
  readonly converse: (<Value>(talk: (ask: (question: string) => Promise<string>) => Promise<Value>) => Promise<Value>) | undefined;
  /** Text as the terminal behind `out` or `err` is to show it; as it is when there is none, or when it wants no colours. */
  readonly paint: { readonly out: Paint; readonly err: Paint };
  /** Opens a file in this person's editor, and resolves when it is closed. Throws VspairError. Undefined when nobody sits there. */
  readonly edit: ((file: string) => Promise<void>) | undefined;
  /** Takes the whole terminal for one page. Undefined when nobody sits there. */
  readonly screen: (() => Screen) | undefined;
  readonly connect: (socket: string) => Promise<ControlClient>;
  readonly startDaemon: (start: DaemonStart) => Promise<ExitCode>;
  /** Takes out of the kernel what a daemon with this state directory left there. Throws VspairError. */
  readonly releaseKernel: typeof releaseKernel;
  /** The names of this machine's network interfaces. */
  readonly devices: () => readonly string[];
  /** Their addresses with their prefix length, such as 10.0.0.2/24, without those of the loopback. */
  readonly addresses: () => readonly { readonly dev: string; readonly address: string }[];
  /** What this machine's kernel has, or can get. Loads nothing into it. */
  readonly kernel: () => KernelSeen;
  /** The directory of the schemas by which editors complete the keys of our files; undefined when they are not installed. */
  readonly schemas: () => string | undefined;
  readonly hostname: string;
  /** Who gives the command, for the history of the rules. */
  readonly author: string;
  readonly version: string;
}

export type Paint = (colour: 'green' | 'red' | 'yellow', text: string) => string;

/** What the files say, checked. */
export interface DaemonFiles {
  readonly config: Config;
  readonly node: DirectorConfig;
  readonly keys: readonly SecretKey[];
}

/** A checked start: all that `vspair run` found to be right. */
export interface DaemonStart extends DaemonFiles {
  /** Reads the files again, as at the start. Throws VspairError when there is no configuration to read. */
  readonly readAgain: () => Readiness;
  readonly stateDir: string;
  readonly socket: string;
  readonly version: string;
}
