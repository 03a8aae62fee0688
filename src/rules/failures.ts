// What the kernel's answers to a batch mean. Between the look at the kernel and the write somebody else may have done the
// same: adding what is there and removing what is gone are no failures, and the next look sees what came of it.
import type { CompiledRules, KernelFailure } from '../keeper/ports.ts';
import { decodeIpvsRequest, type IpvsCommand } from '../wire/ipvsRequest.ts';
import { decodeMessages } from '../wire/netlink.ts';

const attempts = {
  newService: 'add',
  setService: 'edit',
  delService: 'remove',
  getServices: 'list',
  newDestination: 'add',
  setDestination: 'edit',
  delDestination: 'remove',
  getDestinations: 'list',
  newDaemon: 'start',
  delDaemon: 'stop',
  getDaemons: 'list',
  setTimeouts: 'set',
  getTimeouts: 'list',
  getInfo: 'list',
} as const satisfies Record<IpvsCommand, string>;

/** ESRCH: there is no such service (or no such daemon). ENOENT: the service has no such server. */
const ordinary: Readonly<Record<(typeof attempts)[IpvsCommand], readonly string[]>> = {
  add: ['EEXIST'],
  remove: ['ENOENT', 'ESRCH'],
  start: ['EEXIST'],
  stop: ['ESRCH'],
  edit: [],
  set: [],
  list: [],
};

/**
 * `written`: a batch, or the labels of one with a piece of its messages. `errnos`: names by the sequence number of the message
 * that failed. In the order of the batch.
 */
export function failuresOf(written: Pick<CompiledRules, 'messages' | 'labels'>, errnos: ReadonlyMap<number, string>): KernelFailure[] {
  if (errnos.size === 0) return [];
  const messages = decodeMessages(written.messages);
  if (!messages.ok) throw new Error(`a compiled batch is ${messages.reason}`);
  return messages.value.flatMap(({ sequence, payload }) => {
    const errno = errnos.get(sequence);
    if (errno === undefined) return [];
    const attempt = attempts[commandOf(payload)];
    return ordinary[attempt].includes(errno) ? [] : [{ object: written.labels[sequence - 1] ?? `message ${sequence}`, attempt, errno }];
  });
}

function commandOf(payload: Uint8Array): IpvsCommand {
  const request = decodeIpvsRequest(payload);
  if (!request.ok) throw new Error(`a compiled request is ${request.reason}`);
  return request.value.command;
}
