// Reads fixtures/ipvsadm.txt: what ipvsadm and the kernel really said to each other, by command line.
import { readFileSync } from 'node:fs';
import { decodeMessages, type NetlinkMessage } from '../../src/wire/netlink.ts';

export interface Exchange {
  readonly command: string;
  readonly sent: readonly NetlinkMessage[];
  readonly received: readonly NetlinkMessage[];
  readonly printed: readonly string[];
}

/** The message type that the IPVS family had during the capture. */
export const capturedFamily = 28;

const text = readFileSync(new URL('fixtures/ipvsadm.txt', import.meta.url), 'utf8');
const exchanges: readonly Exchange[] = text.split('\n# ').slice(1).map(exchangeOf);

export const commands: readonly string[] = exchanges.map(({ command }) => command);

export function exchange(command: string): Exchange {
  const found = exchanges.find((one) => one.command === command);
  if (found === undefined) throw new Error(`fixtures/ipvsadm.txt has no ${command}`);
  return found;
}

/** The payloads of the messages to or from IPVS itself. */
export const payloadsTo = (command: string): readonly Uint8Array[] => ofIpvs(exchange(command).sent);
export const payloadsFrom = (command: string): readonly Uint8Array[] => ofIpvs(exchange(command).received);

const ofIpvs = (messages: readonly NetlinkMessage[]): readonly Uint8Array[] =>
  messages.filter(({ type }) => type === capturedFamily).map(({ payload }) => payload);

function exchangeOf(section: string): Exchange {
  const [command = '', ...lines] = section.split('\n');
  const marked = (mark: string): readonly string[] => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
  return { command, sent: marked('>').flatMap(messagesOf), received: marked('<').flatMap(messagesOf), printed: marked(';') };
}

function messagesOf(hex: string): readonly NetlinkMessage[] {
  const messages = decodeMessages(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (!messages.ok) throw new Error(`${messages.reason}: ${hex}`);
  return messages.value;
}
