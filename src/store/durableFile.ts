// A small file that survives a crash at any moment: the old content or the new one, whole, and known to be whole.
import { createHash } from 'node:crypto';
import { access, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VspairError } from '../errors/catalogue.ts';
import { errnoOf } from '../errors/errno.ts';
import { fileErrorCode, fileErrorText } from '../text/file.ts';

export type Loaded<Content> =
  | { readonly found: 'content'; readonly content: Content }
  | { readonly found: 'nothing' }
  /** It was renamed, so that nothing overwrites what may still be of use to a person. */
  | { readonly found: 'corrupt'; readonly detail: string; readonly setAside: string | undefined }
  | { readonly found: 'unreadable'; readonly detail: string };

export interface DurableFile<Content> {
  readonly path: string;
  /** Never throws. */
  load(): Promise<Loaded<Content>>;
  /** Durable when it resolves. Throws VspairError: VSP_FILE_UNWRITABLE or VSP_PERMISSION; the old content is then still there. */
  save(content: Content): Promise<void>;
}

const wrapper = z.object({ checksum: z.string(), content: z.unknown() });

export function durableFile<Content>(path: string, schema: z.ZodType<Content>): DurableFile<Content> {
  let last: Promise<void> = Promise.resolve();
  return {
    path,
    load: () => load(path, schema),
    save(content) {
      const saved = last.then(() => save(path, content));
      last = saved.catch(() => undefined);
      return saved;
    },
  };
}

async function load<Content>(path: string, schema: z.ZodType<Content>): Promise<Loaded<Content>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? { found: 'nothing' } : { found: 'unreadable', detail: fileErrorText(error) };
  }
  const read = contentOf(text, schema);
  return read.ok ? { found: 'content', content: read.content } : { found: 'corrupt', detail: read.why, setAside: await setAside(path) };
}

type Read<Content> = { readonly ok: true; readonly content: Content } | { readonly ok: false; readonly why: string };

function contentOf<Content>(text: string, schema: z.ZodType<Content>): Read<Content> {
  const wrapped = wrapper.safeParse(jsonOf(text));
  if (!wrapped.success) return { ok: false, why: 'it is cut off or not one of our files' };
  if (checksumOf(wrapped.data.content) !== wrapped.data.checksum) return { ok: false, why: 'its checksum is not that of its content' };
  const parsed = schema.safeParse(wrapped.data.content);
  return parsed.success ? { ok: true, content: parsed.data } : { ok: false, why: z.prettifyError(parsed.error) };
}

async function save(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await writeDurably(temporary, `${JSON.stringify({ checksum: checksumOf(content), content }, undefined, 1)}\n`);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (cause) {
    const detail = fileErrorText(cause);
    throw new VspairError({ code: fileErrorCode(cause, 'VSP_FILE_UNWRITABLE'), object: path, attempt: 'save it', detail, cause });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'w', 0o640);
  await file.writeFile(text);
  await file.sync();
}

/** The rename is durable only when the directory is. */
async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
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
