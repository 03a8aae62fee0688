// What a mail about an event says. Mails about one trouble share a thread: they all refer to a message of its key, which
// no mail program has to find. The id is the event's, so that a mail that comes twice is known as one.
import { createHash } from 'node:crypto';
import type { EmailTarget } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { cut, particularsOf, titleOf } from './wording.ts';

export interface Mail {
  readonly from: string;
  readonly to: string[];
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly headers: Record<string, string>;
}

export function messageFor(event: DirectorEvent, { from, to }: Pick<EmailTarget, 'from' | 'to'>): Mail {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const thread = threadOf(event, domain);
  return {
    from: `vspair <${from}>`,
    to: [...to],
    subject: cut(`[vspair] ${titleOf(event)}: ${event.text}`, 200),
    text: textOf(event),
    date: new Date(event.time),
    messageId: `<${event.id}@${domain}>`,
    ...(thread === undefined ? {} : { inReplyTo: thread, references: thread }),
    // RFC 3834: no answer of a mail program that is on holiday.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Vspair-Event': event.type, 'X-Vspair-Cluster': event.cluster },
  };
}

function threadOf({ cluster, node, trouble }: DirectorEvent, domain: string): string | undefined {
  if (trouble === null) return undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify([cluster, node, trouble.key]))
    .digest('hex')
    .slice(0, 32);
  return `<trouble-${digest}@${domain}>`;
}

function textOf(event: DirectorEvent): string {
  const particulars = particularsOf(event);
  const widest = Math.max(...particulars.map(({ name }) => name.length));
  const lines = particulars.map(({ name, value }) => `${`${name}:`.padEnd(widest + 1)} ${value}`);
  return [titleOf(event), '', event.text, '', ...lines, ''].join('\n');
}
