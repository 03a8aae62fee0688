// What the kernel tells unasked of links and addresses.
import type { KernelChange } from '../keeper/ports.ts';
import type { NetlinkMessage } from '../wire/netlink.ts';
import { decodeRouteNews, type InterfaceAddress, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, RTMGRP_LINK } from '../wire/rtnetlink.ts';
import { addressState } from './addresses.ts';
import type { LinkTable } from './linkTable.ts';
import { NETLINK_ROUTE, NetlinkSocket } from './netlinkSocket.ts';
import { SystemError, setSocketOption, type Watch, watchSocket } from './syscalls.ts';

type Listener = (change: KernelChange) => void;

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
// Room for some thousand changes while this thread is held up.
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class Monitor {
  readonly #socket = new NetlinkSocket(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
  readonly #links: LinkTable;
  #listener: Listener | undefined;
  #watch: Watch | undefined;

  /** From here on the kernel queues what happens; nothing is read before `listen`. Throws SystemError. */
  constructor(links: LinkTable) {
    this.#links = links;
    setSocketOption(this.#socket.fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES, 'rtnetlink');
  }

  listen(listener: Listener): void {
    this.#listener = listener;
    this.#watch ??= watchSocket(this.#socket.fd, () => this.drain());
  }

  /** Tells the listener all that waits, now. */
  drain(): void {
    if (this.#listener === undefined) return;
    for (let changes = this.#next(); changes !== undefined; changes = this.#next()) changes.forEach(this.#listener);
  }

  close(): void {
    this.#watch?.end();
    this.#socket.close();
  }

  #next(): readonly KernelChange[] | undefined {
    try {
      return this.#socket.receive()?.flatMap((message) => this.#changes(message));
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'ENOBUFS') throw error;
      this.#links.refresh();
      return [{ type: 'overrun' }];
    }
  }

  #changes(message: NetlinkMessage): readonly KernelChange[] {
    const news = decodeRouteNews(message);
    if (!news.ok) return [{ type: 'overrun' }];
    switch (news.value.type) {
      case 'address':
        return this.#addressChange('addressAdded', news.value.address);
      case 'addressGone':
        return this.#addressChange('addressRemoved', news.value.address);
      case 'link':
        return this.#links.changed(news.value.link);
      case 'linkGone':
        return this.#links.gone(news.value.index);
      case 'other':
        return [];
    }
  }

  #addressChange(type: 'addressAdded' | 'addressRemoved', address: InterfaceAddress): readonly KernelChange[] {
    const state = addressState(address, this.#links);
    return state === undefined ? [] : [{ type, address: state }];
  }
}
