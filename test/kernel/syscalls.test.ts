// The edge to the kernel: errors by name, and an event loop that survives what is called back.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { errnoName, openSocket, SystemError } from '../../src/kernel/syscalls.ts';

test('an errno goes by its name, whichever sign it has', () => {
  expect([errnoName(1), errnoName(-100), errnoName(-11), errnoName(98_765)]).toEqual(['EPERM', 'ENETDOWN', 'EAGAIN', 'errno 98765']);
});

test('a call that fails tells what was tried on which object', () => {
  const noSuchFamily = 77;
  expect(() => openSocket(noSuchFamily, 1, 0, 'nothing')).toThrow(new SystemError('socket', 'nothing', 'EAFNOSUPPORT'));
});

test('an exception while a socket is watched ends the process, instead of turning the event loop for ever', () => {
  const program = `
    import { NetlinkSocket } from ${JSON.stringify(new URL('../../src/kernel/netlinkSocket.ts', import.meta.url))};
    import { send, watchSocket } from ${JSON.stringify(new URL('../../src/kernel/syscalls.ts', import.meta.url))};
    import { addressesRequest } from ${JSON.stringify(new URL('../../src/wire/rtnetlink.ts', import.meta.url))};
    import { encodeMessage } from ${JSON.stringify(new URL('../../src/wire/netlink.ts', import.meta.url))};
    const route = new NetlinkSocket(0);
    watchSocket(route.fd, () => { throw new Error('listener of no use'); });
    send(route.fd, encodeMessage({ ...addressesRequest, flags: 0x301, sequence: 1 }));
  `;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 10_000 });
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain('listener of no use');
});
