// The errno's name of a failed system call (ENOENT, EACCES ...), empty for an error that carries none.

export const errnoOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
