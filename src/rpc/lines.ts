// A stream of bytes cut into lines of UTF-8 text, with a limit that a hostile or confused sender cannot pass.

export type LineFault = 'line-too-long' | 'not-utf8';

export type LinesTaken = { readonly lines: readonly string[]; readonly fault: LineFault | undefined };

export interface LineCutter {
  /** The lines that this chunk completes. After a fault the stream has no known line start any more: close it. */
  take(chunk: Uint8Array): LinesTaken;
}

const newline = 0x0a;

export function createLineCutter(limitBytes: number): LineCutter {
  let parts: Uint8Array[] = [];
  let length = 0;

  const keep = (part: Uint8Array): boolean => {
    length += part.length;
    if (length > limitBytes) return false;
    if (part.length > 0) parts.push(part);
    return true;
  };

  const finish = (): string | undefined => {
    const bytes = Buffer.concat(parts);
    parts = [];
    length = 0;
    return textOf(bytes);
  };

  return {
    take(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        if (!keep(chunk.subarray(start, end))) return { lines, fault: 'line-too-long' };
        const line = finish();
        if (line === undefined) return { lines, fault: 'not-utf8' };
        lines.push(line);
        start = end + 1;
      }
      return { lines, fault: keep(chunk.subarray(start)) ? undefined : 'line-too-long' };
    },
  };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
