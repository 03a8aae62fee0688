// Are the ports of the adverts and of the peer channel free, or our own daemon's?
import { type Check, faultsOr, problem } from '../check.ts';
import type { DirectorSeen } from '../seen.ts';

export const ports: Check<Pick<DirectorSeen, 'ports'>> = {
  id: 'ports',
  group: 'configuration',
  what: 'the ports of the adverts (UDP) and of the peer channel (TCP): free, or of our daemon',
  why: 'a director whose advert port another program has hears nobody; the daemon refuses to start',
  fix: 'stop the other program, or set heartbeat.port or control.peerPort on every director',
  judge({ ports: seen }) {
    const taken = seen.flatMap(({ protocol, address, port, holder, program }) => {
      if (holder !== 'stranger') return [];
      const by = program === undefined ? 'another program' : program;
      return [problem(`${protocol.toUpperCase()} port ${port} of ${address} is taken by ${by}`)];
    });
    const ours = seen.some(({ holder }) => holder === 'daemon');
    const names = [...new Set(seen.map(({ protocol, port }) => `${protocol.toUpperCase()} ${port}`))].join(' and ');
    return faultsOr(taken, `${names} ${ours ? 'belong to the daemon' : 'are free'}`);
  },
};
