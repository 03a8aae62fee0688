// Whether the kernel has a module, or can get it.
import type { ModulesSeen } from './seen.ts';

export type Standing =
  | 'present'
  /** It comes when it is needed. */
  | 'installed'
  /** It is installed, and the kernel takes no modules any more. */
  | 'closed'
  | 'missing'
  | 'unknown';

export function standingOf(module: string, { present, installed, closed }: ModulesSeen): Standing {
  if (present?.has(module) === true) return 'present';
  if (installed === undefined) return 'unknown';
  if (!installed.has(module)) return 'missing';
  return closed ? 'closed' : 'installed';
}
