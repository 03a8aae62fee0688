// The name of a configuration by its content, so that directors can tell whether they run the same one, and which section
// differs. The secret is in a file of its own and no part of it.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../text/canonicalJson.ts';
import type { Config } from './config.ts';

export interface ConfigDigest {
  /** Hex of the first 8 bytes of SHA-256, as for each section. */
  readonly whole: string;
  /** By the names of the file's sections. */
  readonly sections: Readonly<Record<string, string>>;
}

/** Of what the file means: comments, the order of keys and written defaults change nothing, nor does the file's path. */
export function configDigest({ file: _path, ...sections }: Config): ConfigDigest {
  return {
    whole: digestOf(sections),
    sections: Object.fromEntries(
      Object.entries(sections).flatMap(([name, section]) => (section === undefined ? [] : [[name, digestOf(section)]])),
    ),
  };
}

/** The sections that differ, in the order of the file. */
export function differingSections(one: ConfigDigest, other: ConfigDigest): string[] {
  const names = new Set([...Object.keys(one.sections), ...Object.keys(other.sections)]);
  return [...names].filter((name) => one.sections[name] !== other.sections[name]);
}

const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
