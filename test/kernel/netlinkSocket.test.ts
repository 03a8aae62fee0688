// Exchanges over netlink: what failed is told, item by item, and nothing waits for an answer that does not come.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CompiledRules } from '../../src/keeper/ports.ts';
import { type OpenKernelPort, openKernelPort } from '../../src/kernel/kernelPort.ts';
import { NETLINK_GENERIC, NETLINK_ROUTE, NetlinkSocket } from '../../src/kernel/netlinkSocket.ts';
import { SystemError, send } from '../../src/kernel/syscalls.ts';
import { decodeFamily, encodeFamilyRequest } from '../../src/wire/genetlink.ts';
import { encodeIpvsRequest, type IpvsRequest } from '../../src/wire/ipvsRequest.ts';
import { encodeBatch, encodeMessage, type NetlinkRequest, NLM_F_REQUEST, pieceAt } from '../../src/wire/netlink.ts';
import { addressesRequest, encodeHoldAddress, encodeReleaseAddress } from '../../src/wire/rtnetlink.ts';
import { Cable, index } from './cable.ts';

const address = (last: number) => ({ family: 4, address: `10.0.${last >> 8}.${last & 255}`, prefix: 16, index }) as const;
const add = (last: number): NetlinkRequest => encodeHoldAddress(address(last), 30);
/** Nobody added it. */
const missing: NetlinkRequest = encodeReleaseAddress(address(9));

let cable: Cable;
let route: NetlinkSocket;
let generic: NetlinkSocket;

beforeEach(() => {
  cable = new Cable();
  [route, generic] = cable.on('near', () => [new NetlinkSocket(NETLINK_ROUTE), new NetlinkSocket(NETLINK_GENERIC)]);
});

afterEach(() => {
  route.close();
  generic.close();
  cable.cut();
});

describe('a batch', () => {
  test('that succeeds has no failures', () => {
    expect(route.batch(encodeBatch([add(1), add(2)]))).toEqual(new Map());
    expect(cable.addresses().size).toBe(2);
  });

  test('tells which of its requests failed, the others are carried out', () => {
    expect(route.batch(encodeBatch([add(1), missing, add(2), missing]))).toEqual(
      new Map([
        [2, 'EADDRNOTAVAIL'],
        [4, 'EADDRNOTAVAIL'],
      ]),
    );
    expect(cable.addresses().size).toBe(2);
  });

  test('of many requests loses no answer, even when all fail', () => {
    const failures = route.batch(encodeBatch(new Array<NetlinkRequest>(5_000).fill(missing)));
    expect(failures.size).toBe(5_000);
    expect(new Set(failures.values())).toEqual(new Set(['EADDRNOTAVAIL']));
  });

  test('whose end should be acknowledged and is not has failed at its end', () => {
    const cutShort = encodeBatch([add(1), add(2)]).subarray(0, -4);
    expect(route.batch(cutShort)).toEqual(new Map([[2, 'ENODATA']]));
  });

  test('that cannot be sent at all has failed in each of its requests', () => {
    const closed = cable.on('near', () => new NetlinkSocket(NETLINK_ROUTE));
    closed.close();
    expect(closed.batch(encodeBatch([add(1), add(2)]))).toEqual(
      new Map([
        [1, 'EBADF'],
        [2, 'EBADF'],
      ]),
    );
  });

  test('of which only a piece is written misses no acknowledgement', () => {
    const { bytes } = pieceAt(encodeBatch([add(1), add(2), add(3)]), 0, 2, 1_000);
    expect(route.batch(bytes)).toEqual(new Map());
    expect(cable.addresses().size).toBe(2);
  });

  test('of nothing is not sent', () => {
    expect(route.batch(encodeBatch([]))).toEqual(new Map());
  });
});

describe('a request', () => {
  test('returns what the kernel answers', () => {
    const [answer] = generic.request(encodeFamilyRequest('nlctrl'));
    expect(decodeFamily(answer?.payload ?? new Uint8Array())).toEqual({ ok: true, value: { id: 16, name: 'nlctrl' } });
  });

  test('that the kernel refuses throws its errno', () => {
    expect(() => generic.request(encodeFamilyRequest('no-such-family'))).toThrow(new SystemError('request', 'generic netlink', 'ENOENT'));
    expect(() => route.request(missing)).toThrow('request rtnetlink: EADDRNOTAVAIL');
  });
});

test('an answer that waits from an exchange that was given up is not taken for one to the next', () => {
  send(route.fd, encodeMessage({ ...missing, flags: NLM_F_REQUEST, sequence: 1 }));
  expect(route.batch(encodeBatch([add(1), add(2)]))).toEqual(new Map());
  send(route.fd, encodeMessage({ ...missing, flags: NLM_F_REQUEST, sequence: 1 }));
  expect(route.dump(addressesRequest).length).toBeGreaterThan(0);
});

describe('rules in a kernel that has no IPVS', () => {
  const noSuchFamily = 999;
  const id = { by: 'mark', family: 4, mark: 7 } as const;
  const service = { id, scheduler: 'rr', flags: 0, timeout: 0, netmask: '255.255.255.255', engine: '' };
  const addService: IpvsRequest = { command: 'newService', service };
  const batchOf = (requests: readonly IpvsRequest[]): CompiledRules => ({
    revision: 1,
    digest: '',
    messages: encodeBatch(requests.map((request) => encodeIpvsRequest(request, noSuchFamily))),
    labels: requests.map((_, index) => `request ${index}`),
  });
  const failure = (index: number) => ({ object: `request ${index}`, attempt: 'add', errno: 'ENOENT' });
  const withKernel = <Result>(use: (kernel: OpenKernelPort) => Result): Result => {
    const kernel = cable.on('near', () => openKernelPort());
    try {
      return use(kernel);
    } finally {
      kernel.close();
    }
  };

  test('are written in one piece when they are few: what fails goes by its label, and removing what is not there is no failure', () => {
    const batch = batchOf([{ command: 'delService', id }, addService]);
    expect(withKernel((kernel) => kernel.loadRules(batch, 0))).toEqual({ failures: [failure(1)], next: batch.messages.length });
  });

  test('are written piece by piece when they are many: each failure goes by its label, and none is told that was not', () => {
    const batch = batchOf(new Array<IpvsRequest>(100).fill(addService));
    withKernel((kernel) => {
      const first = kernel.loadRules(batch, 0);
      const second = kernel.loadRules(batch, first.next);
      expect(second.next).toBe(batch.messages.length);
      expect([...first.failures, ...second.failures]).toEqual(batch.labels.map((_, index) => failure(index)));
      expect(first.failures).toHaveLength(64);
    });
  });
});

test('sockets that need a privilege are refused by name without it', () => {
  process.seteuid?.(65_534);
  try {
    expect(() => openKernelPort()).toThrow(new SystemError('socket', 'packet socket', 'EPERM'));
  } finally {
    process.seteuid?.(0);
  }
});
