// What lasts and is seen by looking only: a heartbeat link that went silent beside others, two that are active, a takeover
// that waits for rules. Looked at now and then; nothing is decided by it.
import type { Vrid } from '../core/types.ts';
import type { GroupSnapshot, KeeperSnapshot, LinkSnapshot } from '../keeper/messages.ts';
import { begins, type EventDraft, ends } from './draft.ts';
import { bothActiveKey, withheldKey } from './factDrafts.ts';
import type { Troubles } from './troubles.ts';

export interface Levels {
  /** What to tell after this look. */
  drafts(snapshot: KeeperSnapshot, troubles: Troubles): readonly EventDraft[];
}

/** A link counts as lost when two looks in a row find it silent: at a start the peer may be heard on one before the other. */
export function watchLevels(): Levels {
  let silentBefore = new Set<string>();
  return {
    drafts(snapshot, troubles) {
      const silent = silentLinks(snapshot);
      const lost = silent.filter(({ key }) => silentBefore.has(key)).map(({ draft }) => draft);
      silentBefore = new Set(silent.map(({ key }) => key));
      return [...lost, ...linksBack(snapshot), ...snapshot.groups.flatMap((group) => groupOvers(snapshot, group, troubles))];
    },
  };
}

const linkKey = (peer: string, { link }: LinkSnapshot): string => `link:${peer}:${link}`;
const linkText = (peer: string, { link, local, remote }: LinkSnapshot): string =>
  `heartbeat link ${link + 1} to ${peer} (${local} to ${remote})`;

/** When no link is heard the peer is gone, which is told as such. */
function silentLinks({ peers }: KeeperSnapshot): { readonly key: string; readonly draft: EventDraft }[] {
  return peers.flatMap(({ node, heard, links }) =>
    links
      .filter((link) => heard && !link.heard)
      .map((link) => {
        const key = linkKey(node, link);
        const text = `${linkText(node, link)} is silent; ${node} is heard on the others only`;
        return { key, draft: { type: 'linkLost', peer: node, reason: `link-${link.link}`, text, trouble: begins(key) } };
      }),
  );
}

function linksBack({ peers }: KeeperSnapshot): EventDraft[] {
  return peers.flatMap(({ node, links }) =>
    links
      .filter(({ heard }) => heard)
      .map((link) => ({
        ...{ type: 'linkBack', peer: node, reason: `link-${link.link}` },
        ...{ text: `${linkText(node, link)} is heard again`, trouble: ends(linkKey(node, link)) },
      })),
  );
}

function groupOvers(snapshot: KeeperSnapshot, group: GroupSnapshot, troubles: Troubles): EventDraft[] {
  const { vrid, name, active } = group;
  const overs: EventDraft[] = [];
  if (troubles.isOpen(bothActiveKey(vrid)) && !othersActive(snapshot, vrid)) {
    const text = `${name} (VRID ${vrid}): only ${active ?? 'nobody'} is active again`;
    overs.push({ type: 'bothActiveOver', vrid, reason: 'other-yielded', text, trouble: ends(bothActiveKey(vrid)) });
  }
  if (troubles.isOpen(withheldKey(vrid)) && active !== undefined) {
    const text = `${name} (VRID ${vrid}): ${active} is active`;
    overs.push({ type: 'takeoverWithheldOver', vrid, peer: active, reason: 'active-elsewhere', text, trouble: ends(withheldKey(vrid)) });
  }
  return overs;
}

const othersActive = ({ peers }: KeeperSnapshot, vrid: Vrid): boolean =>
  peers.some((peer) => peer.heard && peer.groups.some((group) => group.vrid === vrid && group.phase === 'active'));
