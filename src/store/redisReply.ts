// Whether an error is what the server said, or tells only that it was not heard.

/** What the server refused, it did not do; of anything else nobody knows. */
export const answered = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';
