// Reads the captures in fixtures: lines of hex under the command that caused them, > sent and < received.
import { readFileSync } from 'node:fs';
import { decodeMessages, type NetlinkMessage } from '../../src/wire/netlink.ts';

export interface Captured {
  readonly sent: readonly Uint8Array[];
  readonly received: readonly Uint8Array[];
}

/** By command. */
export function readCapture(file: string): ReadonlyMap<string, Captured> {
  const [, ...sections] = readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8').split('\n# ');
  return new Map(sections.map(capturedOf));
}

export function captured(captures: ReadonlyMap<string, Captured>, command: string): Captured {
  const found = captures.get(command);
  if (found === undefined) throw new Error(`no capture of ${command}`);
  return found;
}

export function messagesIn(datagrams: readonly Uint8Array[]): readonly NetlinkMessage[] {
  return datagrams.flatMap((datagram) => {
    const messages = decodeMessages(datagram);
    if (!messages.ok) throw new Error(`${messages.reason}: ${Buffer.from(datagram).toString('hex')}`);
    return messages.value;
  });
}

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** The first bytes of something, for each length from nothing to all but the last byte. */
export const prefixesOf = (bytes: Uint8Array): readonly Uint8Array[] => Array.from(bytes, (_, length) => bytes.slice(0, length));

function capturedOf(section: string): [string, Captured] {
  const [command = '', ...lines] = section.split('\n');
  const marked = (mark: string): readonly Uint8Array[] =>
    lines.filter((line) => line.startsWith(mark)).map((line) => bytesOf(line.slice(2)));
  return [command, { sent: marked('> '), received: marked('< ') }];
}
