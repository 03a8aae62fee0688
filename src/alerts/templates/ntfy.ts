// ntfy: published as JSON to the root of the server (docs.ntfy.sh, "publish as JSON"), since a header takes no UTF-8. The
// topic is the last part of the URL's path.
import type { DirectorEvent } from '../../events/event.ts';
import { cut, type Tone, titleOf, toneOf } from '../wording.ts';

const priorities: Readonly<Record<Tone, number>> = { critical: 5, warning: 4, info: 3, recovered: 3 };
/** Names of emoji, shown before the title. */
const tags: Readonly<Record<Tone, string>> = {
  critical: 'rotating_light',
  warning: 'warning',
  info: 'information_source',
  recovered: 'white_check_mark',
};

export function ntfyBody(event: DirectorEvent, topicUrl: URL): unknown {
  const tone = toneOf(event);
  // Above 4,096 bytes a message arrives as an attached file.
  const message = cut(event.text, 1000);
  return { topic: topicOf(topicUrl), title: titleOf(event), message, priority: priorities[tone], tags: [tags[tone], 'vspair'] };
}

/** Without the topic. */
export const ntfyServer = (topicUrl: URL): URL => new URL('.', topicUrl);

const topicOf = ({ pathname }: URL): string => decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
