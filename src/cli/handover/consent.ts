// Before an operator's command moves virtual IPs, whoever sits at the terminal is asked; a script says --yes.
import { VspairError } from '../../errors/catalogue.ts';
import type { World } from '../world.ts';

/** Throws VspairError VSP_USAGE, with the command to give, when there is nobody to ask. To be called first of all. */
export function demandConsent(
  command: string,
  { yes }: { readonly yes: boolean },
  { confirm }: World,
): (question: string) => Promise<boolean> {
  if (yes) return () => Promise.resolve(true);
  if (confirm !== undefined) return confirm;
  throw new VspairError({
    code: 'VSP_USAGE',
    object: command,
    attempt: 'ask whether it is meant',
    detail: 'there is no terminal',
    advice: `when it is meant: ${command} --yes`,
  });
}

/** The command line that says the same, as a person would type it. */
export const commandText = (name: string, options: Readonly<Record<string, string | undefined>>): string =>
  [
    `vspair ${name}`,
    ...Object.entries(options).flatMap(([option, value]) =>
      value === undefined ? [] : [`--${option}${value === '' ? '' : ` ${quoted(value)}`}`],
    ),
  ].join(' ');

const quoted = (value: string): string => (/^[\w.:@/-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`);
