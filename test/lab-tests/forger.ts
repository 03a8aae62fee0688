// A stranger on the directors' network, who can send whatever frame it likes.
import { bindSocket, closeSocket, openSocket, send } from '../../src/kernel/syscalls.ts';
import type { Host } from '../lab/host.ts';
import { advertPort } from './wire.ts';

export interface Forgery {
  readonly to: Host;
  /** The address that it pretends to come from. */
  readonly source: string;
  readonly payload: Uint8Array;
  readonly ttl?: number;
}

export interface Forger {
  send(forgery: Forgery): void;
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const etherTypeIpv4 = 0x0800;
const protocolUdp = 17;

export async function startForger(host: Host): Promise<Forger> {
  const fd = host.on(() => openSocket(AF_PACKET, SOCK_RAW, 0, 'forger'));
  bindSocket(fd, linkAddress(await indexOf(host)), 'forger');
  host.onClose(() => closeSocket(fd));
  return {
    send: (forgery) => {
      const sent = send(fd, frameOf(forgery, host));
      if (sent < 0) throw new Error(`the forger cannot send: ${sent}`);
    },
  };
}

async function indexOf(host: Host): Promise<number> {
  const shown = await host.exec(['ip', '-o', 'link', 'show', host.leg().dev]);
  return Number.parseInt(shown, 10);
}

/** sockaddr_ll: family and index in the machine's order, the rest is not asked for. */
function linkAddress(index: number): Uint8Array {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeInt32LE(index, 4);
  return address;
}

/** With the stranger's own MAC, so that the switch does not learn a wrong place for a director's. */
function frameOf({ to, source, payload, ttl = 255 }: Forgery, from: Host): Uint8Array {
  const ethernet = Buffer.concat([macBytes(to.leg().mac), macBytes(from.leg().mac), uint16(etherTypeIpv4)]);
  const datagram = Buffer.concat([uint16(advertPort), uint16(advertPort), uint16(8 + payload.length), uint16(0), payload]);
  return Buffer.concat([ethernet, ipv4Header(source, to.leg().address, ttl, datagram.length), datagram]);
}

function ipv4Header(source: string, destination: string, ttl: number, length: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(header.length + length, 2);
  header.writeUInt8(ttl, 8);
  header.writeUInt8(protocolUdp, 9);
  Buffer.from(source.split('.').map(Number)).copy(header, 12);
  Buffer.from(destination.split('.').map(Number)).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
