// What somebody else did to our services: the kernel held a document, and now it differs though the document is the same.
// What the kernel refused last time is no drift, it was never there; nor is what drains, and its end.
import type { KernelFailure } from '../keeper/ports.ts';
import { labelOf } from './compile.ts';
import { driftText } from './difference.ts';
import type { IpvsChange } from './plan.ts';
import { serverOf } from './planServers.ts';

export interface Drift {
  /** Object, field, what it is and what it should be; of many only the first. */
  readonly differences: readonly string[];
  readonly count: number;
  /** How many of them the kernel still has. */
  readonly standing: number;
  /** Neither the last pass nor a recent one told the same. */
  readonly isNews: boolean;
}

export interface DriftWatch {
  /** Which of the changes that a document asks for undo somebody's work. */
  among(digest: string, changes: readonly IpvsChange[]): readonly IpvsChange[];
  /** The kernel is now as the pass left it. Undefined when nothing had drifted. */
  passed(digest: string, pass: Pass): Drift | undefined;
  /** The kernel is not kept at a document any more. */
  forget(): void;
}

export interface Pass {
  /** What `among` found. */
  readonly drifted: readonly IpvsChange[];
  /** It was reported, and not written. */
  readonly onlyReported: boolean;
  readonly failures: readonly KernelFailure[];
  /** Servers (serverOf) that drain. */
  readonly draining: Iterable<string>;
}

const toldAtMost = 20;
/** Somebody who does the same again and again is told of once; after so many passes in peace it is news again. */
const peaceAfterPasses = 60;

export function createDriftWatch(): DriftWatch {
  let seen: { readonly digest: string; readonly refused: ReadonlySet<string>; readonly draining: ReadonlySet<string> } | undefined;
  const isNews = createMemory();

  return {
    among(digest, changes) {
      if (seen?.digest !== digest) return [];
      const { refused, draining } = seen;
      return changes.filter((change) => isSomebodys(change, draining) && !refused.has(labelOf(change)));
    },
    passed(digest, { drifted, onlyReported, failures, draining }) {
      const labels = new Set(drifted.map(labelOf));
      const objects = failures.map(({ object }) => object);
      // A repair that the kernel refuses stays drift, so that it is known to stand.
      const refused = new Set(objects.filter((object) => !labels.has(object)));
      const strangers = new Set(drifted.flatMap((change) => (change.type === 'drainServer' ? [serverOf(change.of, change.server)] : [])));
      seen = { digest, refused, draining: new Set([...draining].filter((name) => !onlyReported || !strangers.has(name))) };
      const texts = drifted.map(driftText);
      const news = isNews(texts.join('\n'));
      if (texts.length === 0) return undefined;
      const unrepaired = drifted.filter((change) => onlyReported || objects.includes(labelOf(change)));
      return { differences: texts.slice(0, toldAtMost), count: texts.length, standing: unrepaired.length, isNews: news };
    },
    forget() {
      seen = undefined;
    },
  };
}

function isSomebodys(change: IpvsChange, draining: ReadonlySet<string>): boolean {
  switch (change.type) {
    case 'addService':
    case 'editService':
    case 'removeService':
    case 'addServer':
    case 'editServer':
      return true;
    case 'drainServer':
    case 'removeServer':
      return !draining.has(serverOf(change.of, change.server));
    case 'unseatServer':
    case 'seatServer':
      return false;
  }
}

/** Whether the text is not what was told last; an empty one is peace. */
function createMemory(): (text: string) => boolean {
  let told = '';
  let peace = 0;
  return (text) => {
    peace = text === '' ? peace + 1 : 0;
    if (peace >= peaceAfterPasses) told = '';
    if (text === '' || text === told) return false;
    told = text;
    return true;
  };
}
