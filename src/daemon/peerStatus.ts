// What another director says of itself over the peer channel, asked with the patience that fits whether it is heard.
import type { PeerStatus } from '../control/status.ts';
import type { NodeName } from '../core/types.ts';
import type { PeerChannel } from '../peer/channel.ts';

const answerMs = 1_500;
/** A peer that does not advertise is most likely gone: who asks just after a takeover shall not wait for it. */
const silentAnswerMs = 300;

/** Never rejects: that there is no answer is one. */
export async function askPeerStatus(channel: PeerChannel, node: NodeName, heard: boolean): Promise<PeerStatus> {
  const askedAt = performance.now();
  try {
    const director = await channel.request(node, 'status', {}, { timeoutMs: heard ? answerMs : silentAnswerMs });
    return { node, via: 'channel', director, ageMs: performance.now() - askedAt };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { node, via: heard ? 'adverts' : 'none', detail };
  }
}
