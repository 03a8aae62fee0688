// A typed map of methods: what each takes, what it gives back, and the code that answers it.
import type { z } from 'zod';
import { complaint, type RpcErrorCode } from './messages.ts';

/** The params and the result of each method, by its name. */
export type Shapes = Record<string, { readonly params: unknown; readonly result: unknown }>;

/** The schemas that check a map of shapes at run time: a stranger's params, and a peer of another version's results. */
export type Methods<S extends Shapes> = {
  readonly [Name in keyof S]: { readonly params: z.ZodType<S[Name]['params']>; readonly result: z.ZodType<S[Name]['result']> };
};

/** What a handler may do besides answering. `signal` aborts when the asker is gone. */
export interface Call {
  readonly signal: AbortSignal;
  progress(value: unknown): void;
}

export type Handlers<S extends Shapes> = {
  readonly [Name in keyof S]: (params: S[Name]['params'], call: Call) => Promise<S[Name]['result']> | S[Name]['result'];
};

/** Thrown by a handler: the asker gets the code and the message. Any other error is ours and reaches the asker as 'failed'. */
export class RpcRefusal extends Error {
  override readonly name = 'RpcRefusal';
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type Answer = (params: unknown, call: Call) => Promise<unknown>;

/** The handlers behind their schemas, by method name. */
export function answersOf<S extends Shapes>(methods: Methods<S>, handlers: Handlers<S>): ReadonlyMap<string, Answer> {
  const names: (keyof S & string)[] = Object.keys(methods);
  return new Map(names.map((name) => [name, answerOf(methods, handlers, name)]));
}

function answerOf<S extends Shapes>(methods: Methods<S>, handlers: Handlers<S>, name: keyof S): Answer {
  const { params: schema } = methods[name];
  const handler = handlers[name];
  return async (params, call) => {
    const parsed = schema.safeParse(params);
    if (!parsed.success) throw new RpcRefusal('bad-params', complaint(parsed.error));
    return await handler(parsed.data, call);
  };
}
