// Do the directors hear each other on every heartbeat link, in both directions?
import type { LinkSnapshot } from '../../keeper/messages.ts';
import { type Refusal, refusalOf } from '../../text/refusedAdverts.ts';
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import { longEnough } from '../listening.ts';
import type { DirectorSeen, LinkHeard, PathSeen } from '../seen.ts';

type Needs = Pick<DirectorSeen, 'site' | 'daemon' | 'peers' | 'wire' | 'paths'>;

export const heartbeat: Check<Needs> = {
  id: 'heartbeat',
  group: 'network',
  what: 'each heartbeat link to each director, both ways: by the daemons, by adverts on the wire, by echoes of ICMP',
  why: 'a link that fails is one that cannot help when the other one does; without any, both directors take over',
  fix: 'follow the link from this machine to the other: cable, switch, VLAN, address, packet filter',
  judge: (seen) => seen.paths.flatMap((path) => [hearing(path, seen), ...beingHeard(path, seen)]),
};

// ---------------------------------------------------------------------------------------------------------- this way

function hearing(path: PathSeen, seen: Needs): Verdict {
  const name = `${path.peer} on link ${path.link + 1} (${path.local} to ${path.remote})`;
  const own = seen.daemon.state === 'running' ? linkIn(seen.daemon.report.self.keeper.peers, path.peer, path.link) : undefined;
  const heard = onWireOf(path, seen);
  if (isFresh(own, seen)) return lossy(own, name) ?? ok(`${name} is heard${roundTripText(own)}`);
  const refusals = heard?.refusals ?? [];
  if (own === undefined && (heard?.arrived ?? 0) > 0 && refusals.length === 0) return ok(`${name} is heard`);
  if (refusals.length > 0) return refused(name, refusals.map(refusalOf));
  return problem(`${name} is not heard: ${whyNot(path, heard, seen)}`);
}

function lossy(link: LinkSnapshot | undefined, name: string): Verdict | undefined {
  if (link === undefined || link.loss < 0.02) return undefined;
  const text = `${name} is heard, but ${Math.round(link.loss * 100)}% of its adverts are lost`;
  return warning(text, { why: 'three lost adverts in a row are a takeover' });
}

const roundTripText = (link: LinkSnapshot | undefined): string =>
  link?.roundTrip === undefined ? '' : `, round trip ${link.roundTrip.toFixed(2)} ms`;

/** They arrive: the way is in order. */
function refused(name: string, refusals: readonly Refusal[]): Verdict {
  const text = `${name} is not heard: its adverts arrive and are dropped: ${refusals.map(({ what }) => what).join('; ')}`;
  const fix = refusals.flatMap((refusal) => refusal.fix ?? []).join('; ');
  return fix === '' ? problem(text) : problem(text, { fix });
}

function whyNot({ echo }: PathSeen, heard: LinkHeard | undefined, { wire, site }: Needs): string {
  if (heard !== undefined && heard.onWire > 0) return "its adverts reach the interface and are dropped by this machine's packet filter";
  const ping = !echo.known ? '' : echo.value.small ? ', though it answers ICMP' : ', and it does not answer ICMP either';
  if (!wire.known) return `nothing is known of the wire (${wire.why})${ping}`;
  const { listenedMs } = wire.value;
  if (!longEnough(listenedMs, site.config.heartbeat.interval))
    return `no advert in ${listenedMs} ms, which is less than three intervals${ping}`;
  return `no advert of it comes in${ping}${echo.known && echo.value.small ? ': its daemon is not running, or its packet filter keeps them in' : ''}`;
}

// ----------------------------------------------------------------------------------------------------- the other way

function beingHeard(path: PathSeen, seen: Needs): Verdict[] {
  // Only a daemon says anything that could be heard.
  if (seen.daemon.state !== 'running') return [];
  const name = `${path.peer} on link ${path.link + 1} (${path.remote} from ${path.local})`;
  const theirs = linkAtPeer(path, seen);
  const echoed = onWireOf(path, seen)?.echoMs;
  if (isFresh(theirs, seen) || (theirs === undefined && echoed !== undefined && echoed < patienceMs(seen))) return [ok(`${name} hears us`)];
  if (theirs === undefined && echoed === undefined)
    return [
      note(`whether ${name} hears us is not known: it neither answers nor advertises`, { why: 'a link can fail in one direction alone' }),
    ];
  return [problem(`${name} does not hear us`, { why: 'the link works in one direction only, which no cable shows' })];
}

function linkAtPeer({ peer, link }: PathSeen, { peers, site }: Needs): LinkSnapshot | undefined {
  const status = peers.find(({ node }) => node === peer)?.status;
  return status?.known === true ? linkIn(status.value.keeper.peers, site.self.name, link) : undefined;
}

// ------------------------------------------------------------------------------------------------------------ shared

interface HasLinks {
  readonly node: string;
  readonly links: readonly LinkSnapshot[];
}

const linkIn = (peers: readonly HasLinks[], node: string, link: number): LinkSnapshot | undefined =>
  peers.find((peer) => peer.node === node)?.links.find((one) => one.link === link);

const onWireOf = ({ peer, link }: PathSeen, { wire }: Needs): LinkHeard | undefined =>
  wire.known ? wire.value.links.find((one) => one.peer === peer && one.link === link) : undefined;

const isFresh = (link: LinkSnapshot | undefined, seen: Needs): boolean =>
  link?.lastHeardAgo !== undefined && link.lastHeardAgo < patienceMs(seen);

/** A director's own, and the time that the question took. */
const patienceMs = ({ site }: Needs): number => 4 * site.config.heartbeat.interval + 1000;
