// A small file that survives a crash at any moment: the old content or the new one, whole, and known to be whole.
import { createHash } from 'node:crypto';
import { access, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';
import { type Disk, localDisk } from './disk.ts';
import { inTurn } from './inTurn.ts';

export type Loaded<Content> =
  | { readonly found: 'content'; readonly content: Content }
  | { readonly found: 'nothing' }
  /** It was renamed, so that nothing overwrites what may still be of use to a person. */
  | { readonly found: 'corrupt'; readonly detail: string; readonly setAside: string | undefined }
  /** A newer version wrote it, in a form that this one could misread. It stays where it is, and is not replaced. */
  | { readonly found: 'newer'; readonly detail: string }
  | { readonly found: 'unreadable'; readonly detail: string };

export interface DurableFile<Content> {
  readonly path: string;
  /** Never throws. */
  load(): Promise<Loaded<Content>>;
  /**
   * Durable when it resolves. Throws VspairError: VSP_FILE_UNWRITABLE, VSP_PERMISSION, or VSP_FORMAT_NEWER after such a
   * content was loaded; the old content is then still there.
   */
  save(content: Content): Promise<void>;
}

export interface DurableFileOptions {
  /** The sentence that says so when a newer version wrote this content. */
  readonly newer?: (content: unknown) => string | undefined;
  readonly disk?: Disk;
}

const wrapper = z.object({ checksum: z.string(), content: z.unknown() });

export function durableFile<Content>(
  path: string,
  schema: z.ZodType<Content>,
  { newer, disk = localDisk }: DurableFileOptions = {},
): DurableFile<Content> {
  const turn = inTurn();
  let refused: string | undefined;
  return {
    path,
    async load() {
      const loaded = await load(path, schema, newer);
      refused = loaded.found === 'newer' ? loaded.detail : undefined;
      return loaded;
    },
    async save(content) {
      if (refused !== undefined) throw new VspairError({ code: 'VSP_FORMAT_NEWER', object: path, attempt: 'replace it', detail: refused });
      await turn(() => save(disk, path, content));
    },
  };
}

async function load<Content>(
  path: string,
  schema: z.ZodType<Content>,
  newer: DurableFileOptions['newer'] = () => undefined,
): Promise<Loaded<Content>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? { found: 'nothing' } : { found: 'unreadable', detail: fileErrorText(error) };
  }
  const read = contentOf(text, schema, newer);
  return read.found === 'corrupt' ? { ...read, setAside: await setAside(path) } : read;
}

type Read<Content> = Extract<Loaded<Content>, { found: 'content' | 'newer' }> | { readonly found: 'corrupt'; readonly detail: string };

function contentOf<Content>(text: string, schema: z.ZodType<Content>, newer: (content: unknown) => string | undefined): Read<Content> {
  const wrapped = wrapper.safeParse(jsonOf(text));
  if (!wrapped.success) return { found: 'corrupt', detail: 'it is cut off or not one of our files' };
  const { content, checksum } = wrapped.data;
  if (checksumOf(content) !== checksum) return { found: 'corrupt', detail: 'its checksum is not that of its content' };
  const refusal = newer(content);
  if (refusal !== undefined) return { found: 'newer', detail: refusal };
  const parsed = schema.safeParse(content);
  return parsed.success ? { found: 'content', content: parsed.data } : { found: 'corrupt', detail: z.prettifyError(parsed.error) };
}

async function save(disk: Disk, path: string, content: unknown): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await disk.makeDirectory(dirname(path));
    await writeDurably(disk, temporary, `${JSON.stringify({ checksum: checksumOf(content), content })}\n`);
    await disk.rename(temporary, path);
    await disk.syncDirectory(dirname(path));
  } catch (cause) {
    const detail = fileErrorText(cause);
    throw new VspairError({ code: fileErrorCode(cause, 'VSP_FILE_UNWRITABLE'), object: path, attempt: 'save it', detail, cause });
  }
}

async function writeDurably(disk: Disk, path: string, text: string): Promise<void> {
  const file = await disk.create(path);
  try {
    await file.write(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const setAsideLimit = 9;

/** The first free name of .corrupt-1 to .corrupt-9; the last is used again, so that a sick disk is not filled. */
async function setAside(path: string): Promise<string | undefined> {
  for (let number = 1; number <= setAsideLimit; number += 1) {
    const name = `${path}.corrupt-${number}`;
    if (number < setAsideLimit && (await exists(name))) continue;
    return rename(path, name).then(
      () => name,
      () => undefined,
    );
  }
  return undefined;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const checksumOf = (content: unknown): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
