// Who answers for a virtual IP that this director does not hold: one of the cluster's directors, or a stranger.
import { begins, type EventDraft, ends } from './draft.ts';

export interface Answered {
  readonly address: string;
  readonly dev: string;
  /** Lower case, with colons; undefined when nobody answers. */
  readonly mac: string | undefined;
}

/** `known`: the hardware addresses of every director. Whether somebody else is a stranger can be told only when all are there. */
export function strangerDraft({ address, dev, mac }: Answered, known: ReadonlySet<string>): EventDraft {
  const key = `vip:${address}`;
  if (mac !== undefined && !known.has(mac)) {
    const text = `${address} on ${dev} is answered by ${mac}, which is no director of this cluster`;
    return { type: 'vipStranger', reason: 'unknown-hardware-address', text, trouble: begins(key) };
  }
  const text =
    mac === undefined ? `${address} on ${dev} is answered by nobody else any more` : `${address} on ${dev} is a director's again`;
  return { type: 'vipStrangerGone', text, trouble: ends(key) };
}
