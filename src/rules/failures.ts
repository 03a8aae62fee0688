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

/** `errnos`: names by the sequence number of the message that failed. In the order of the batch. */
export function failuresOf(batch: CompiledRules, errnos: ReadonlyMap<number, string>): KernelFailure[] {
  if (errnos.size === 0) return [];
  return commandsOf(batch).flatMap((command, position) => {
    const errno = errnos.get(position + 1);
    if (errno === undefined || ordinary[attempts[command]].includes(errno)) return [];
    return [{ object: batch.labels[position] ?? `message ${position + 1}`, attempt: attempts[command], errno }];
  });
}

function commandsOf(batch: CompiledRules): IpvsCommand[] {
  const messages = decodeMessages(batch.messages);
  if (!messages.ok) throw new Error(`a compiled batch is ${messages.reason}`);
  return messages.value.map(({ payload }) => {
    const request = decodeIpvsRequest(payload);
    if (!request.ok) throw new Error(`a compiled request is ${request.reason}`);
    return request.value.command;
  });
}
