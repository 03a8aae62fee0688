// Datagrams to a socket of this machine, heard by a real one.
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SystemError } from '../../src/kernel/syscalls.ts';
import { type DatagramSender, openDatagramSender } from '../../src/kernel/unixDatagram.ts';
import { ServiceEar } from '../systemd/serviceEar.ts';

function ear(kind: 'path' | 'abstract'): ServiceEar {
  const one = new ServiceEar(kind);
  onTestFinished(() => one.close());
  return one;
}

function senderTo(address: string): DatagramSender {
  const sender = openDatagramSender(address);
  onTestFinished(() => sender.close());
  return sender;
}

describe.each(['path', 'abstract'] as const)('to a socket by its %s', (kind) => {
  test('each text is one datagram, in order', () => {
    const receiver = ear(kind);
    const sender = senderTo(receiver.address);
    expect([sender.send('one'), sender.send('zwei, größer')]).toEqual([undefined, undefined]);
    expect(receiver.heard()).toEqual(['one', 'zwei, größer']);
  });

  test('a receiver that does not read is told by EAGAIN, and is spoken to again when it does', () => {
    const receiver = ear(kind);
    const sender = senderTo(receiver.address);
    let errno: string | undefined;
    for (let count = 0; errno === undefined && count < 10_000; count += 1) errno = sender.send(`message ${count}`);
    expect(errno).toBe('EAGAIN');
    receiver.heard();
    expect(sender.send('again')).toBeUndefined();
    expect(receiver.heard()).toEqual(['again']);
  });
});

test.each([
  ['a path where nothing is', join(import.meta.dirname, 'nothing'), 'ENOENT'],
  ['an abstract name that nobody has', '@vspair-nobody', 'ECONNREFUSED'],
])('%s fails when something is sent, and not before', (_, address, errno) => {
  expect(senderTo(address).send('?')).toBe(errno);
});

test.each([
  ['of another kind', 'vsock:2:1234', 'EAFNOSUPPORT'],
  ['without a name', '@', 'EAFNOSUPPORT'],
  ['that is too long', `/${'x'.repeat(107)}`, 'ENAMETOOLONG'],
  ['in bytes', `@${'ö'.repeat(54)}`, 'ENAMETOOLONG'],
])('an address %s is refused', (_, address, code) => {
  expect(() => openDatagramSender(address)).toThrow(new SystemError('socket', address, code));
});

test.each([`/${'x'.repeat(106)}`, `@${'x'.repeat(107)}`])('the longest address that the kernel takes is taken', (address) => {
  expect(senderTo(address).send('?')).not.toBe('EINVAL');
});
