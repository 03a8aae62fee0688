// What every decoder returns: the value, or the reason why the bytes are not one. Decoders never throw.

export type Decoded<Value, Reason extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason };

export const decoded = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value });
export const refused = <Reason extends string>(reason: Reason): { readonly ok: false; readonly reason: Reason } => ({ ok: false, reason });
