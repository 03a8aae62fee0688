// The interfaces of this machine by name and by index: messages of the kernel know the index only, people the name only.
import type { KernelChange } from '../keeper/ports.ts';
import type { NetlinkMessage } from '../wire/netlink.ts';
import { decodeRouteNews, type Link, linksRequest } from '../wire/rtnetlink.ts';
import type { NetlinkSocket } from './netlinkSocket.ts';

export class LinkTable {
  readonly #route: NetlinkSocket;
  readonly #byIndex = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();

  constructor(route: NetlinkSocket) {
    this.#route = route;
  }

  /** Asks the kernel for all links. Throws SystemError. */
  refresh(): readonly Link[] {
    const links = this.#route.dump(linksRequest).flatMap(linkOf);
    this.#byIndex.clear();
    this.#byName.clear();
    for (const link of links) this.#store(link);
    return links;
  }

  named(dev: string): Link | undefined {
    return this.#byName.get(dev);
  }

  nameOf(index: number): string | undefined {
    return this.#byIndex.get(index)?.dev;
  }

  /** Takes a notification in. The kernel does not say that a renamed interface is gone under its old name; this does. */
  changed(link: Link): readonly KernelChange[] {
    const before = this.#byIndex.get(link.index);
    const gone = before !== undefined && before.dev !== link.dev ? this.gone(link.index) : [];
    this.#store(link);
    return [...gone, { type: 'link', link }];
  }

  gone(index: number): readonly KernelChange[] {
    const link = this.#byIndex.get(index);
    if (link === undefined) return [];
    this.#byIndex.delete(index);
    // Another interface may bear the name by now.
    if (this.#byName.get(link.dev) === link) this.#byName.delete(link.dev);
    return [{ type: 'linkGone', dev: link.dev }];
  }

  #store(link: Link): void {
    this.#byIndex.set(link.index, link);
    this.#byName.set(link.dev, link);
  }
}

function linkOf(message: NetlinkMessage): readonly Link[] {
  const news = decodeRouteNews(message);
  return news.ok && news.value.type === 'link' ? [news.value.link] : [];
}
