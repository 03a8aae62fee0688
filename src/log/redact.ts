// What must not stand in a log, wherever it came from: passwords inside URLs, and the values of fields that hold secrets.

const credentials = /:\/\/[^\s/]*@/g;
const secretName = /(passw|secret|token|psk|credential|^key$|^pass$)/i;
const hidden = '***';

export const withoutSecrets = (text: string): string => text.replace(credentials, `://${hidden}@`);

/** A copy of plain data without its secrets. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (value instanceof Error) return withoutSecrets(value.message);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, secretName.test(name) ? hidden : redacted(part)]));
}
