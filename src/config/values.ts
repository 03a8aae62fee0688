// Kinds of values that several sections of the configuration have.
import type { Millis } from '../core/types.ts';
import { durationForm, parseDuration } from '../text/duration.ts';
import { matching, written } from '../text/shape.ts';

export const absolutePath = matching('an absolute path', /^\/./);

/** sun_path of a unix socket holds 108 bytes with its closing zero. */
export const readSocketPath = (text: string): string | undefined =>
  /^\/./.test(text) && Buffer.byteLength(text) <= 107 ? text : undefined;

/** The kernel's own rule (dev_valid_name), IFNAMSIZ with its closing zero being 16. */
export const device = matching('the name of a network interface, such as eth0', /^(?!\.{1,2}$)[^\s/:]{1,15}$/);

export function time(least: string, most: string, example: string) {
  const [from, to] = [parseDuration(least), parseDuration(most)];
  const read = (text: string): Millis | undefined => {
    const length = parseDuration(text);
    return length === undefined || from === undefined || to === undefined || length < from || length > to ? undefined : length;
  };
  return written(`a time with its unit from ${least} to ${most}, such as ${example}`, read, durationForm);
}
