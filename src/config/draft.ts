// The configuration as far as it can be understood. A wrong value is left out here and reported by the schema, so that
// the relations between all the others are still checked and the reader gets every complaint at once.
import type { Address, PrefixedAddress } from '../text/address.ts';
import { type Found, fieldsOf, itemsOf, numberIn, readIn, textIn } from '../text/found.ts';
import type { Path } from '../text/yaml.ts';
import type { ListenAddress } from './config.ts';
import { readListen } from './metricsSchema.ts';
import { readHeartbeatAddress, readVip } from './schema.ts';

export interface Draft {
  readonly directors: readonly DraftDirector[];
  readonly groups: readonly DraftGroup[];
  /** As it is written. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Where metrics are to be had; undefined when that is not written, or not to be understood. */
  readonly metricsListen: ListenAddress | undefined;
}

export interface DraftDirector {
  readonly at: Path;
  readonly name: string;
  readonly priority: number | undefined;
  /** As many as are written; those that cannot be read are undefined. */
  readonly addresses: readonly Found<Address | undefined>[];
}

export interface DraftGroup {
  readonly at: Path;
  readonly name: string | undefined;
  readonly vrid: number | undefined;
  readonly preempt: unknown;
  readonly delayed: boolean;
  readonly vips: readonly DraftVip[];
  readonly overrides: readonly Found<{ readonly director: string; readonly priority: number | undefined }>[];
}

export interface DraftVip {
  readonly at: Path;
  readonly address: PrefixedAddress | undefined;
  readonly dev: string | undefined;
}

export function draftOf(root: unknown): Draft {
  const top = fieldsOf(root);
  return {
    directors: Object.entries(fieldsOf(top['directors'])).map(([name, value]) => directorDraft(name, value)),
    groups: itemsOf(top['groups']).map((value, index) => groupDraft(['groups', index], value)),
    state: fieldsOf(top['state']),
    metricsListen: readIn(fieldsOf(top['metrics'])['listen'], readListen),
  };
}

function directorDraft(name: string, value: unknown): DraftDirector {
  const at: Path = ['directors', name];
  const { priority, addresses } = fieldsOf(value);
  return {
    at,
    name,
    priority: priority === undefined ? 100 : numberIn(priority),
    addresses: itemsOf(addresses).map((entry, index) => ({ at: [...at, 'addresses', index], value: readIn(entry, readHeartbeatAddress) })),
  };
}

function groupDraft(at: Path, value: unknown): DraftGroup {
  const { name, vrid, preempt, preemptDelay, vips, priorities } = fieldsOf(value);
  return {
    at,
    name: textIn(name),
    vrid: numberIn(vrid),
    preempt,
    delayed: preemptDelay !== undefined,
    vips: itemsOf(vips).map((vip, index) => vipDraft([...at, 'vips', index], vip)),
    overrides: Object.entries(fieldsOf(priorities)).map(([director, priority]) => ({
      at: [...at, 'priorities', director],
      value: { director, priority: numberIn(priority) },
    })),
  };
}

function vipDraft(at: Path, value: unknown): DraftVip {
  const { address, dev } = fieldsOf(value);
  return { at, address: readIn(address, readVip), dev: textIn(dev) };
}
