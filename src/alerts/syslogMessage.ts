// The form of a syslog message: RFC 5424, or RFC 3164 as local daemons read it.
import type { SyslogFacility } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { type Tone, toneOf } from './wording.ts';

export interface Sender {
  readonly host: string;
  readonly pid: number;
}

export interface SyslogForm {
  readonly facility: SyslogFacility;
  readonly format: 'rfc3164' | 'rfc5424';
}

/** LOG_CRIT, LOG_WARNING, LOG_INFO, LOG_NOTICE of syslog(3). */
const severities: Readonly<Record<Tone, number>> = { critical: 2, warning: 4, info: 6, recovered: 5 };
const facilities: Readonly<Record<SyslogFacility, number>> = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, cron: 9, authpriv: 10 },
  ...{ local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21, local6: 22, local7: 23 },
};

export function syslogMessage(event: DirectorEvent, { facility, format }: SyslogForm, { host, pid }: Sender): string {
  const priority = facilities[facility] * 8 + severities[toneOf(event)];
  const text = oneLine(`${event.text} (${event.type}, cluster ${event.cluster}, event ${event.id})`);
  // The receiver of the older form knows the host, and its time has neither year nor zone.
  if (format === 'rfc3164') return `<${priority}>${stamp(new Date(event.time))} vspair[${pid}]: ${text}`;
  // APP-NAME, PROCID, MSGID; no structured data: that would need a registered number. UTF-8 without its mark, as many read it.
  return `<${priority}>1 ${event.time} ${host} vspair ${pid} ${event.type} - ${text}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Nov  6 17:04:09`, in local time. */
function stamp(time: Date): string {
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${months[time.getMonth()] ?? ''} ${String(time.getDate()).padStart(2, ' ')} ${clock}`;
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
