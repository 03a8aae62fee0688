// The options that every command takes, and where the daemon's socket is.
import { parseConfig } from '../config/load.ts';
import { readTextFile } from '../text/file.ts';

export interface GlobalOptions {
  readonly config: string;
  readonly node: string | undefined;
  readonly stateDir: string;
  readonly socket: string | undefined;
  readonly json: boolean;
}

export const defaultSocket = '/run/vspair/control.sock';

export const globalOptions = {
  config: { type: 'string', default: '/etc/vspair/vspair.yaml', requiresArg: true, describe: 'The configuration file' },
  node: { type: 'string', requiresArg: true, describe: 'Which director this is  [default: by host name]' },
  'state-dir': { type: 'string', default: '/var/lib/vspair', requiresArg: true, describe: 'Where the daemon keeps what outlives it' },
  socket: { type: 'string', requiresArg: true, describe: `The daemon's control socket  [default: the configuration's]` },
  json: { type: 'boolean', default: false, describe: 'Answer in JSON' },
} as const;

/** --socket, else what the configuration says. A command for a running daemon must work while the file is being edited. */
export function socketOf({ socket, config }: GlobalOptions): string {
  return socket ?? configuredSocket(config) ?? defaultSocket;
}

function configuredSocket(file: string): string | undefined {
  try {
    const read = parseConfig(readTextFile(file).toString('utf8'), file);
    return read.ok ? read.config.control.socket : undefined;
  } catch {
    return undefined;
  }
}
