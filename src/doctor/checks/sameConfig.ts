// Do all directors, and this one's file, have the same configuration?
import { type ConfigDigest, differingSections } from '../../config/digest.ts';
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import type { DirectorSeen, PeerSeen, Site } from '../seen.ts';
import { notCompared } from '../unseen.ts';

export const sameConfig: Check<Pick<DirectorSeen, 'site' | 'daemon' | 'peers'>> = {
  id: 'same-config',
  group: 'pair',
  what: 'the digest of the configuration: of the file, of the running daemon, of each other director',
  why: 'directors that differ about groups, priorities or addresses elect differently, or not at all',
  fix: 'copy the file to the other director, then vspair check and systemctl reload vspair on both',
  judge: ({ site, daemon, peers }) => [
    ...(daemon.state === 'running' ? ofDaemon(site, daemon.report.self.daemon.config) : []),
    ...peers.map((peer) => ofPeer(site, peer)),
  ],
};

function ofDaemon({ digest }: Site, running: ConfigDigest | undefined): Verdict[] {
  if (running === undefined || running.whole === digest.whole) return [];
  return [
    warning(`the daemon runs with another configuration than the file has: ${differing(digest, running)}`, {
      why: 'what the file says now takes effect later, perhaps when nobody expects it',
      fix: 'vspair check, then: systemctl reload vspair',
    }),
  ];
}

function ofPeer({ digest, config }: Site, { node, status }: PeerSeen): Verdict {
  if (!status.known) return notCompared(`the configuration of ${node}`, `${node} does not answer`);
  const theirs = status.value.daemon.config;
  if (theirs === undefined) return notCompared(`the configuration of ${node}`, 'its version is too old to tell');
  if (theirs.whole === digest.whole) return ok(`${node} has the same configuration (${digest.whole})`);
  const [judged, why] = weightOf(differingSections(digest, theirs));
  return judged(`${node} has another configuration: ${differing(digest, theirs)}`, {
    why,
    fix: `scp ${config.file} root@${node}:${status.value.daemon.configFile}, then there: vspair check && systemctl reload vspair`,
  });
}

/** What the directors have to agree on, to elect one and to serve the same. */
const elects = ['cluster', 'directors', 'heartbeat', 'groups'];
const serves = ['state', 'ipvs', 'control'];

function weightOf(sections: readonly string[]): readonly [typeof problem, string] {
  if (sections.some((name) => elects.includes(name)))
    return [problem, 'directors that differ about groups, priorities or addresses elect differently, or not at all'];
  if (sections.some((name) => serves.includes(name))) return [warning, 'after a takeover the service is another one'];
  return [note, 'one file for both is easier to keep right'];
}

const differing = (one: ConfigDigest, other: ConfigDigest): string => `${differingSections(one, other).join(', ')} differ`;
