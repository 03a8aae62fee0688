// Slack's incoming webhooks: blocks beside a coloured bar (docs.slack.dev, "secondary message attachments").
import type { DirectorEvent } from '../../events/event.ts';
import { colourText, cut, particularsOf, titleOf, toneOf } from '../wording.ts';

export function slackBody(event: DirectorEvent): unknown {
  const title = titleOf(event);
  const particulars = particularsOf(event).map(({ name, value }) => `*${name}* ${escaped(cut(value, 500))}`);
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escaped(title)}*\n${escaped(cut(event.text, 2000))}` } },
    { type: 'context', elements: [{ type: 'mrkdwn', text: cut(particulars.join('  |  '), 3000) }] },
  ];
  // `text` is what a notification shows.
  return { text: escaped(cut(`${title}: ${event.text}`, 2000)), attachments: [{ color: colourText(toneOf(event)), blocks }] };
}

/** The three characters that mean something in mrkdwn and in mentions. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
