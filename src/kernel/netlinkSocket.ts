// Questions to the kernel over netlink that never block. The kernel carries a request out inside the send, so its answers
// are queued when the send returns: an empty queue then means that no answer comes, not that it is late.
import {
  type BatchPiece,
  concat,
  decodeError,
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  pieceAt,
  u16,
  u32,
} from '../wire/netlink.ts';
import { bindSocket, CLOSED, closeSocket, errnoName, openSocket, receive, SystemError, send, setSocketOption } from './syscalls.ts';

export const NETLINK_ROUTE = 0;
export const NETLINK_GENERIC = 16;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
// The kernel fills at most 32 KiB into one answer.
const RECEIVE_BYTES = 64 * 1024;
// So few requests in one send that the answers fit the default receive buffer even when each of them is an error, and that
// the kernel, which carries them all out before anybody else has the processor, is done soon. How many that are depends:
// a server more costs mh a hundred times what it costs rr.
const PIECE_MESSAGES = { least: 16, first: 32, most: 128 };
const PIECE_BYTES = 64 * 1024;
const FIRST_SEQUENCE = 2 ** 30;
const PIECE_MS = { short: 1, long: 2 };
const DUMP_TRIES = 5;
const ACKNOWLEDGED = '';

export class NetlinkSocket {
  #fd: number;
  readonly #object: string;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  #pieceMessages = PIECE_MESSAGES.first;
  /** No two requests have the same, nor one of a batch. */
  #sequence = FIRST_SEQUENCE;
  /** Something was lost, or not read to its end. */
  #isSpoilt = false;

  /** `groups`: bit mask of the multicast groups to listen to. Throws SystemError. */
  constructor(protocol: number, groups = 0) {
    this.#object = protocol === NETLINK_ROUTE ? 'rtnetlink' : 'generic netlink';
    this.#fd = openSocket(AF_NETLINK, SOCK_RAW, protocol, this.#object);
    bindSocket(this.#fd, concat([u16(AF_NETLINK), u16(0), u32(0), u32(groups)]), this.#object);
    // Error answers without a copy of the request.
    setSocketOption(this.#fd, SOL_NETLINK, NETLINK_CAP_ACK, 1, this.#object);
  }

  get fd(): number {
    return this.#fd;
  }

  /** Whatever is called afterwards fails with EBADF, and never meets another file that got the same number. */
  close(): void {
    closeSocket(this.#fd);
    this.#fd = CLOSED;
  }

  /**
   * Writes requests that stand one behind the other with growing sequence numbers (as encodeBatch makes them, or a piece of
   * those). Returns those that failed: errno names by sequence number; ENODATA for a last one that asked for an
   * acknowledgement and got none. Never throws SystemError.
   */
  batch(messages: Uint8Array): ReadonlyMap<number, string> {
    const answers = new Map<number, string>();
    let began = performance.now();
    for (let from = 0; from < messages.length; ) {
      const piece = pieceAt(messages, from, this.#pieceMessages, PIECE_BYTES);
      from += piece.bytes.length;
      this.#write(piece, answers);
      began = this.#measure(began);
      const last = piece.sequences.at(-1);
      if (piece.acknowledged && last !== undefined && !answers.has(last)) answers.set(last, 'ENODATA');
    }
    return new Map([...answers].filter(([, outcome]) => outcome !== ACKNOWLEDGED));
  }

  /** One request; its answers without the acknowledgement. Throws SystemError when the kernel refuses it. */
  request(request: NetlinkRequest): readonly NetlinkMessage[] {
    return this.#ask(request, NLM_F_ACK);
  }

  /** All objects of a kind; asked anew when they changed while they were listed. Throws SystemError. */
  dump(request: NetlinkRequest): readonly NetlinkMessage[] {
    let objects: readonly NetlinkMessage[] = [];
    for (let attempt = 0; attempt < DUMP_TRIES; attempt += 1) {
      objects = this.#ask(request, NLM_F_DUMP);
      if (!objects.some(({ flags }) => (flags & NLM_F_DUMP_INTR) !== 0)) break;
    }
    return objects;
  }

  /** The messages of one datagram that waits; undefined when none does. Throws SystemError (ENOBUFS: some were lost). */
  receive(): readonly NetlinkMessage[] | undefined {
    const length = receive(this.#fd, this.#buffer);
    if (length < 0 && errnoName(length) === 'EAGAIN') return undefined;
    if (length < 0) throw this.#broken(errnoName(length));
    if (length > this.#buffer.length) throw this.#broken('EMSGSIZE');
    const messages = decodeMessages(this.#buffer.slice(0, length));
    if (!messages.ok) throw this.#broken('EBADMSG');
    return messages.value;
  }

  #write(piece: BatchPiece, answers: Map<number, string>): void {
    try {
      this.#discardLeftovers();
      this.#send(piece.bytes);
      for (const message of this.#received()) {
        if (message.type === NLMSG_ERROR) answers.set(message.sequence, outcomeOf(message));
      }
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // Which of them went wrong cannot be told any more, so all that did not answer count as failed.
      for (const sequence of piece.sequences) if (!answers.has(sequence)) answers.set(sequence, error.code);
    }
  }

  /** `began`: when the last piece did. Returns when it was over. */
  #measure(began: number): number {
    const over = performance.now();
    const { least, most } = PIECE_MESSAGES;
    if (over - began > PIECE_MS.long) this.#pieceMessages = Math.max(least, this.#pieceMessages >> 1);
    else if (over - began < PIECE_MS.short) this.#pieceMessages = Math.min(most, this.#pieceMessages * 2);
    return over;
  }

  #ask(request: NetlinkRequest, flags: number): readonly NetlinkMessage[] {
    if (this.#isSpoilt) this.#discardLeftovers();
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#send(encodeMessage({ ...request, flags: request.flags | NLM_F_REQUEST | flags, sequence }));
    const answers: NetlinkMessage[] = [];
    for (const message of this.#received()) {
      if (message.sequence !== sequence) continue;
      if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) answers.push(message);
      else if (outcomeOf(message) === ACKNOWLEDGED) return answers;
      else throw new SystemError('request', this.#object, outcomeOf(message));
    }
    throw this.#broken('ENODATA');
  }

  *#received(): Generator<NetlinkMessage> {
    for (let messages = this.receive(); messages !== undefined; messages = this.receive()) yield* messages;
  }

  #send(bytes: Uint8Array): void {
    const sent = send(this.#fd, bytes);
    if (sent < 0) throw new SystemError('send', this.#object, errnoName(sent));
  }

  /** Answers to an earlier exchange that was given up. Without them all that comes answers the present one. */
  #discardLeftovers(): void {
    let length: number;
    do length = receive(this.#fd, this.#buffer);
    while (length >= 0 || errnoName(length) === 'ENOBUFS');
    this.#isSpoilt = false;
  }

  #broken(code: string): SystemError {
    this.#isSpoilt = true;
    return new SystemError('recv', this.#object, code);
  }
}

function outcomeOf(message: NetlinkMessage): string {
  const errno = decodeError(message.payload);
  if (!errno.ok) return 'EBADMSG';
  return errno.value === 0 ? ACKNOWLEDGED : errnoName(errno.value);
}
