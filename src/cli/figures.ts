// Figures and other people's words, short enough for a line of the status.

export const millisText = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;

/** Three digits and the power of a thousand: 12.3k, 4.56M. */
export function amountText(amount: number): string {
  const power = amount < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(amount) / 3));
  return power === 0 ? String(Math.round(amount)) : `${(amount / 1000 ** power).toPrecision(3)}${units[power] ?? ''}`;
}

const units = ['', 'k', 'M', 'G', 'T', 'P'];

/** Somebody else's words must not move the cursor. */
export const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
