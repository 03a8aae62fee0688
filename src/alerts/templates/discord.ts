// Discord's webhooks: one embed (discord.com/developers, "execute webhook"). Nobody is mentioned, whatever a text holds.
import type { DirectorEvent } from '../../events/event.ts';
import { colours, cut, particularsOf, titleOf, toneOf } from '../wording.ts';

export function discordBody(event: DirectorEvent): unknown {
  const embed = {
    title: cut(titleOf(event), 256),
    description: cut(event.text, 2048),
    color: colours[toneOf(event)],
    timestamp: event.time,
    fields: particularsOf(event).map(({ name, value }) => ({ name, value: cut(value, 400), inline: value.length < 40 })),
  };
  return { username: 'vspair', allowed_mentions: { parse: [] }, embeds: [embed] };
}
