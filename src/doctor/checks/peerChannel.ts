// Does the peer's daemon answer?
import { type Check, ok, problem, warning } from '../check.ts';
import type { DirectorSeen } from '../seen.ts';

export const peerChannel: Check<Pick<DirectorSeen, 'peers'>> = {
  id: 'peer-channel',
  group: 'pair',
  what: 'the daemon of each other director answers over the peer channel (TCP)',
  why: 'rules, commands and the status of the other side travel over it; a takeover does not need it',
  fix: 'on the peer: systemctl status vspair; between the directors: open the TCP port of control.peerPort',
  judge: ({ peers }) =>
    peers.map(({ node, status }) => {
      if (status.known) return ok(`${node} answers`);
      const secrets = /secrets differ/.test(status.why);
      return (secrets ? problem : warning)(
        `${node} does not answer: ${status.why}`,
        secrets ? { fix: 'copy the secret file of one director to the other, mode 0600' } : {},
      );
    }),
};
