// PagerDuty's Events API v2: what lasts opens an incident under the key of its trouble, and its end resolves that one. An
// event that just happened has a key of its own.
import type { DirectorEvent } from '../../events/event.ts';
import { cut } from '../wording.ts';

const longestSummary = 1024;
const longestKey = 255;

/** `routingKey`: the integration key of a service. */
export function pagerdutyBody(event: DirectorEvent, routingKey: string): unknown {
  const { cluster, node, trouble, id } = event;
  const key = trouble === null ? `vspair/${cluster}/${id}` : `vspair/${cluster}/${node}/${trouble.key}`;
  const about = { routing_key: routingKey, dedup_key: cut(key, longestKey) };
  if (trouble?.isOver === true) return { ...about, event_action: 'resolve' };
  const payload = {
    summary: cut(`${cluster} ${node}: ${event.text}`, longestSummary),
    source: node,
    severity: event.severity,
    timestamp: event.time,
    component: 'vspair',
    group: event.group ?? cluster,
    class: event.type,
    custom_details: event,
  };
  return { ...about, event_action: 'trigger', client: 'vspair', payload };
}
