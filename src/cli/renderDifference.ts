// What differs between two documents of rules, for people: a line for each service and server, in a form that grep finds.
import type { Change, ServerDifference, ServiceDifference, SettingDifference } from '../rules/diff.ts';
import type { Paint } from './world.ts';

/** `indent` before every line. */
export function differenceLines(difference: readonly ServiceDifference[], paint: Paint, indent = ''): string[] {
  return difference.flatMap((service) => [indent + serviceLine(service, paint), ...partLines(service, paint, `${indent}    `)]);
}

const serviceLine = ({ change, service, settings }: ServiceDifference, paint: Paint): string => {
  const rest = change === 'added' ? `: ${settings.map(settingText).join(', ')}` : '';
  return paint(colours[change], `${signs[change]} ${service}${rest}`);
};

/** A removed service takes its servers along; only those of others are worth a line. */
function partLines({ change, settings, servers }: ServiceDifference, paint: Paint, indent: string): string[] {
  const own = change === 'changed' ? settings.map((setting) => paint('yellow', `~ ${settingText(setting)}`)) : [];
  return [...own, ...servers.map((server) => serverLine(server, paint))].map((line) => indent + line);
}

function serverLine({ change, server, settings }: ServerDifference, paint: Paint): string {
  const rest = change === 'removed' ? '' : `: ${settings.map(settingText).join(', ')}`;
  return paint(colours[change], `${signs[change]} server ${server}${rest}`);
}

function settingText({ setting, from, to }: SettingDifference): string {
  if (from === undefined) return `${setting} ${to ?? ''}`;
  return `${setting} ${from} -> ${to ?? 'none'}`;
}

const signs: Readonly<Record<Change, string>> = { added: '+', removed: '-', changed: '~' };
const colours = { added: 'green', removed: 'red', changed: 'yellow' } as const;
