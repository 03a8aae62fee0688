// Lengths of time as people write them: a number and its unit, `200ms`, `1.5s`, `5m`, `2h`. Never a bare number.
import { type Millis, millis } from '../core/types.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

export const durationForm = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)$/;

export function parseDuration(text: string): Millis | undefined {
  const [, amount, unit] = durationForm.exec(text) ?? [];
  return amount === undefined || !isUnit(unit) ? undefined : millis(Number(amount) * unitMs[unit]);
}

/** Of a second at least. Undefined for parts of a second too. */
export function parseWholeSeconds(text: string, most: number): number | undefined {
  const seconds = (parseDuration(text) ?? 0) / 1000;
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= most ? seconds : undefined;
}

/** For people: the two largest units that matter, `3d 4h`, `12s`, `85ms`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = Math.floor(ms / 1000);
  const parts = [
    { amount: Math.floor(seconds / 86_400), unit: 'd' },
    { amount: Math.floor(seconds / 3600) % 24, unit: 'h' },
    { amount: Math.floor(seconds / 60) % 60, unit: 'm' },
    { amount: seconds % 60, unit: 's' },
  ];
  const first = parts.findIndex((part) => part.amount > 0);
  return parts
    .slice(first, first + 2)
    .filter((part) => part.amount > 0)
    .map((part) => `${part.amount}${part.unit}`)
    .join(' ');
}

const isUnit = (unit: string | undefined): unit is keyof typeof unitMs => unit !== undefined && unit in unitMs;
