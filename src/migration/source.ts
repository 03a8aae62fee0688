// Foreign files as the readers get them. The readers open nothing themselves.

export interface SourceFile {
  /** As it is named in complaints; relative includes start from its directory. */
  readonly file: string;
  readonly text: string;
}

/** What an include names. */
export interface FoundFiles {
  /** In the order of their names. */
  readonly files: readonly SourceFile[];
  /** Files that match and are not read, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
}

/** `pattern` as the include has it, `from` the file that has it. Never throws. */
export type FindFiles = (pattern: string, from: string) => FoundFiles;
