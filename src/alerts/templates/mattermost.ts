// Mattermost's incoming webhooks: message attachments (developers.mattermost.com).
import type { DirectorEvent } from '../../events/event.ts';
import { colourText, cut, particularsOf, titleOf, toneOf } from '../wording.ts';

export function mattermostBody(event: DirectorEvent): unknown {
  const title = titleOf(event);
  const fields = particularsOf(event).map(({ name, value }) => ({ title: name, value: cut(value, 500), short: value.length < 40 }));
  const attachment = { fallback: `${title}: ${event.text}`, color: colourText(toneOf(event)), title, text: event.text, fields };
  return { username: 'vspair', attachments: [attachment] };
}
