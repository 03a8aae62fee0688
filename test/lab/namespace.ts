// Network namespaces as hosts. A thread that has stepped into one opens sockets there, and the processes and threads that
// it starts live there: that saves the process `ip netns exec`, which costs a slow machine half a second.
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load(null);
const setns: (fd: number, type: number) => number = libc.func('int setns(int fd, int type)');
const CLONE_NEWNET = 0x40000000;

/** Runs `action` in the namespace. Only what it does before it returns happens there, not what it promises. */
export function inNamespace<Result>(namespace: string, action: () => Result): Result {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    enter(`/run/netns/${namespace}`);
    return action();
  } finally {
    enterOpened(home, 'home');
    closeSync(home);
  }
}

function enter(path: string): void {
  const fd = openSync(path, 'r');
  try {
    enterOpened(fd, path);
  } finally {
    closeSync(fd);
  }
}

function enterOpened(fd: number, object: string): void {
  if (setns(fd, CLONE_NEWNET) < 0) throw new Error(`setns ${object}: errno ${koffi.errno()}`);
}
