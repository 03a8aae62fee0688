// Microsoft Teams by Workflows ("When a Teams webhook request is received"): an adaptive card. The older connectors with
// their message cards are retired.
import type { DirectorEvent } from '../../events/event.ts';
import { particularsOf, type Tone, titleOf, toneOf } from '../wording.ts';

/** Styles of a container and colours of a text, which follow the reader's theme. */
const styles: Readonly<Record<Tone, string>> = { critical: 'attention', warning: 'warning', info: 'accent', recovered: 'good' };

export function teamsBody(event: DirectorEvent): unknown {
  const style = styles[toneOf(event)];
  const title = { type: 'TextBlock', text: titleOf(event), weight: 'Bolder', size: 'Medium', color: style, wrap: true };
  const facts = particularsOf(event).map(({ name, value }) => ({ title: name, value }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: `${titleOf(event)}: ${event.text}`,
    body: [
      { type: 'Container', style, bleed: true, items: [title] },
      { type: 'TextBlock', text: event.text, wrap: true },
      { type: 'FactSet', facts },
    ],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] };
}
