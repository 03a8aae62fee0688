// The lines of a keepalived.conf without comments and surrounding blanks (keepalived.conf(5), "DESCRIPTION").
import type { Place } from '../../errors/place.ts';
import type { SourceFile } from '../source.ts';

export interface Line {
  /** Never empty. */
  readonly text: string;
  readonly place: Place;
  /** It ends with a backslash, which `text` does not have: a definition goes on in the next line. */
  readonly continues: boolean;
  /** What stands in `text` is no longer what stands in the file, so that columns within it mean nothing. */
  readonly altered: boolean;
  /** A quotation mark that is not closed in its line. */
  readonly unclosed: boolean;
}

/** `text` may be empty: a blank line ends a definition of several lines. */
export function physicalLines({ file, text }: SourceFile): Line[] {
  return text.split('\n').map((raw, index) => {
    const stripped = raw.replace(/\r+$/, '').replaceAll('\0', '');
    const bare = stripped.replace(/^[ \t]+/, '');
    const place = { file, line: index + 1, column: stripped.length - bare.length + 1 };
    return { ...withoutComment(bare), place, altered: false };
  });
}

/** A backslash takes the meaning from a comment's mark; between double quotes the marks have none. */
function withoutComment(line: string): Pick<Line, 'text' | 'continues' | 'unclosed'> {
  let text = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const [here = '', next] = [line[at], line[at + 1]];
    if (here === '\\' && next !== undefined && next.trim() !== '') {
      text += !quoted && /[#!]/.test(next) ? next : here + next;
      at += 1;
    } else if (!quoted && (here === '#' || here === '!')) break;
    else {
      if (here === '"') quoted = !quoted;
      text += here;
    }
  }
  const trimmed = text.trimEnd();
  const continues = trimmed.endsWith('\\') && !trimmed.endsWith('\\\\');
  return { text: (continues ? trimmed.slice(0, -1) : trimmed).trimEnd(), continues, unclosed: quoted };
}
