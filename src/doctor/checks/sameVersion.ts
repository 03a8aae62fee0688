// Do all directors run the same version?
import { type Check, ok, type Verdict, warning } from '../check.ts';
import type { DirectorSeen, PeerSeen } from '../seen.ts';
import { notCompared } from '../unseen.ts';

export const sameVersion: Check<Pick<DirectorSeen, 'version' | 'daemon' | 'peers'>> = {
  id: 'same-version',
  group: 'pair',
  what: 'the version of vspair on each other director',
  why: 'two versions work together while one is upgraded, and are not meant to for long',
  fix: 'install the newer version on the other director too',
  judge(seen) {
    const ours = seen.daemon.state === 'running' ? seen.daemon.report.self.daemon.version : seen.version;
    return seen.peers.map((peer) => verdictOn(peer, ours));
  },
};

function verdictOn({ node, status }: PeerSeen, ours: string): Verdict {
  if (!status.known) return notCompared(`the version of ${node}`, `${node} does not answer`);
  const { version } = status.value.daemon;
  return version === ours ? ok(`${node} runs vspair ${version} too`) : warning(`${node} runs vspair ${version}, this director ${ours}`);
}
