// What is wrong with a file of the state directory, told as a value: the director goes on without it.
import type { DurableFile, Loaded } from './durableFile.ts';

export interface FileProblem {
  readonly file: string;
  /** `newer`: a newer version wrote it; it stays as it is. */
  readonly problem: 'corrupt' | 'newer' | 'unreadable' | 'unwritable';
  readonly detail: string;
  /** Where the corrupt file was moved to. */
  readonly setAside: string | undefined;
}

export type OnFileProblem = (problem: FileProblem) => void;

/** The content; undefined when there is none, or none that can be trusted: then the problem is told. */
export async function contentOr<Content>(file: DurableFile<Content>, onProblem: OnFileProblem): Promise<Content | undefined> {
  const loaded = await loadOr(file, onProblem);
  return loaded.found === 'content' ? loaded.content : undefined;
}

/** What `load` of the file gives, its problem told. */
export async function loadOr<Content>(file: DurableFile<Content>, onProblem: OnFileProblem): Promise<Loaded<Content>> {
  const loaded = await file.load();
  const problem = problemOf(file.path, loaded);
  if (problem !== undefined) onProblem(problem);
  return loaded;
}

/** Saves, and tells the problem instead of throwing. Resolves to whether it is saved. */
export async function saveOr<Content>(
  file: Pick<DurableFile<Content>, 'path' | 'save'>,
  content: Content,
  onProblem: OnFileProblem,
): Promise<boolean> {
  try {
    await file.save(content);
    return true;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    onProblem({ file: file.path, problem: 'unwritable', detail, setAside: undefined });
    return false;
  }
}

function problemOf(file: string, loaded: Loaded<unknown>): FileProblem | undefined {
  switch (loaded.found) {
    case 'content':
    case 'nothing':
      return undefined;
    case 'corrupt':
      return { file, problem: 'corrupt', detail: loaded.detail, setAside: loaded.setAside };
    case 'newer':
    case 'unreadable':
      return { file, problem: loaded.found, detail: loaded.detail, setAside: undefined };
  }
}
