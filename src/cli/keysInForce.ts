// May the key be rotated further? Only when every director works by the keys of the file as it is: the next step could take
// away the one that a director still signs with.
import { isSameKey, type KeyName, keyNames } from '../config/secretChanges.ts';
import type { PeerStatus, StatusReport } from '../control/status.ts';
import { VspairError } from '../errors/catalogue.ts';
import type { SecretKey } from '../keeper/messages.ts';
import { askDaemon } from './ask.ts';
import { type GlobalOptions, socketOf } from './options.ts';
import type { World } from './world.ts';

export interface SecretOnDisk {
  readonly file: string;
  readonly keys: readonly SecretKey[];
  /** What the file has so far, as "step 2". */
  readonly made: string;
}

/** Throws VspairError: VSP_REFUSED unless the daemon here, and each of its peers, says that the keys are in force there. */
export async function mustBeInForce(secret: SecretOnDisk, options: GlobalOptions, world: World): Promise<void> {
  const report = await statusHere(secret, options, world);
  const names = keyNames(secret.keys);
  const own = isInForce(report.self.daemon.keys, names) ? [] : [`${secret.made} is not in force on ${report.node}`];
  const reasons = [...own, ...report.peers.flatMap((peer) => doubtOf(peer, names, secret.made) ?? [])];
  if (reasons.length > 0) throw refusal(secret, reasons.join('; '), 'copy the file and systemctl reload vspair there first');
}

async function statusHere(secret: SecretOnDisk, options: GlobalOptions, world: World): Promise<StatusReport> {
  try {
    return await askDaemon(options, world, (client) => client.ask('status', {}));
  } catch (error) {
    if (!(error instanceof VspairError) || error.code !== 'VSP_DAEMON_NOT_REACHABLE') throw error;
    const reason = `whether ${secret.made} is in force is not known: no daemon answers on ${socketOf(options)}`;
    throw refusal(secret, reason, 'start vspair, or name its socket by --socket');
  }
}

/** A peer of an older version does not tell its keys. */
function doubtOf(peer: PeerStatus, names: readonly KeyName[], made: string): string | undefined {
  if (peer.via !== 'channel') return `whether ${made} is in force on ${peer.node} is not known: it does not answer`;
  const { keys } = peer.director.daemon;
  return keys === undefined || isInForce(keys, names) ? undefined : `${made} is not in force on ${peer.node}`;
}

/** The order counts: the first one signs. */
function isInForce(keys: readonly KeyName[] | undefined, names: readonly KeyName[]): boolean {
  if (keys?.length !== names.length) return false;
  return names.every((name, index) => {
    const key = keys[index];
    return key !== undefined && isSameKey(key, name);
  });
}

function refusal({ file }: SecretOnDisk, detail: string, first: string): VspairError {
  const advice = `${first}; --force makes the next step all the same, and can leave the directors deaf to each other`;
  return new VspairError({ code: 'VSP_REFUSED', object: file, attempt: 'rotate the key', detail, advice });
}
