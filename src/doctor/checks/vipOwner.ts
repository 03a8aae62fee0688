// Which MAC answers for each virtual IP?
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import { ownerOf, strangerVerdict } from '../ownership.ts';
import type { DirectorSeen, VipSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

type Needs = Pick<DirectorSeen, 'vips' | 'site' | 'devices' | 'neighbours' | 'rules' | 'peers' | 'daemon'>;

export const vipOwner: Check<Needs> = {
  id: 'vip-owner',
  group: 'network',
  what: 'the MAC that answers for each virtual IP: asked of all neighbours, and for IPv4 of the neighbour table',
  why: 'clients reach whoever answers: it must be the active director, and nobody else',
  fix: 'find the machine by its MAC (bridge fdb, the switch), and take the address from it',
  judge: (seen) => seen.vips.flatMap((vip) => verdictsOn(vip, seen)),
};

function verdictsOn(vip: VipSeen, seen: Needs): readonly Verdict[] {
  const { address, dev, held, answers } = vip;
  if (!answers.known) return [notSeen(answers, `who answers for ${address}`)];
  const strangers = answers.value.flatMap((mac) => strangerVerdict({ address, dev, mac }, seen, 'answers for') ?? []);
  if (strangers.length > 0) return strangers;
  const others = answers.value.flatMap((mac) => directorOf(mac, seen));
  const both = held && others.length > 0;
  if (both)
    return [
      problem(`${address} is on this director, and ${others.join(', ')} answers for it too`, {
        why: 'both are active: clients are torn between them',
        fix: 'vspair status on both; look at the finding on heartbeat',
      }),
    ];
  if (held) return [ok(`${address} is on this director (${dev}), and nobody else answers for it`)];
  if (others.length > 0) return [staleTable(vip) ?? ok(`${address} is answered for by ${others.join(', ')} (${answers.value.join(', ')})`)];
  return [nobody(vip, seen)];
}

const directorOf = (mac: string, seen: Needs): string[] => {
  const owner = ownerOf(mac, seen);
  return owner.who === 'director' ? [owner.node] : [];
};

/** What this machine's own neighbour table says, as it would send to the address. */
function staleTable({ address, dev, answers, table }: VipSeen): Verdict | undefined {
  if (table?.known !== true || !answers.known || answers.value.includes(table.value)) return undefined;
  return warning(`${address} is answered for by ${answers.value.join(', ')}, but the neighbour table of this machine has ${table.value}`, {
    why: 'a takeover that was not announced, or an announcement that was lost: other neighbours may have the old entry too',
    fix: `ip neighbour del ${address} dev ${dev}`,
  });
}

/** Before the first start that is as it should be. */
function nobody({ address, dev }: VipSeen, { daemon }: Needs): Verdict {
  const text = `nobody answers for ${address} on ${dev}`;
  return daemon.state === 'running'
    ? problem(text, { why: 'no director is active, or its interface is cut off', fix: 'vspair status' })
    : note(text, { why: 'no director is active', fix: 'start the daemons' });
}
