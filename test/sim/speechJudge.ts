// What directors say: rounds that only grow, nobody who goes on as active after a silence in which it may have been
// replaced, and nobody who takes over from an active that it heard.
import { activeDownInterval } from '../../src/core/timers.ts';
import type { Advert, Fact, Millis, NodeName, Vrid } from '../../src/core/types.ts';
import { demand, type Observe, type Packet, Violation } from './happening.ts';
import { isNewer, type Round, roundText } from './rounds.ts';
import type { World } from './world.ts';

export function createSpeechJudge(world: World): Observe {
  const { setup, timeline } = world;
  const lastSent = new Map<NodeName, Round>();
  /** When each director last said that it is active of each group, and how often it said that it speaks. */
  const saidActiveAt = new Map<string, { readonly at: number; readonly interval: Millis }>();
  const newestHeard = new Map<string, Round>();
  /** The active that each director heard last of each group. */
  const activeHeard = new Map<string, { readonly from: NodeName; readonly at: number; readonly interval: number }>();
  /** When a director last stepped down because it had slept, until it hears something said after that. */
  const stalledAt = new Map<string, number>();

  const shortestInterval = (): number => Math.min(...world.versions.map(({ interval }) => interval));
  const localTime = (node: NodeName, span: number): number => span * (setup.directors.find((one) => one.name === node)?.clockRate ?? 1);

  const checkSent = ({ advert, from, sentAt }: Packet): void => {
    if (advert === undefined) throw new Violation(`${from} sent a datagram that nobody can read`);
    const before = lastSent.get(from);
    const sameRound = before?.incarnation === advert.incarnation && before.sequence === advert.sequence;
    if (sameRound) return;
    demand(
      before === undefined || isNewer(advert, before),
      `${from} sent ${roundText(advert)} after ${before === undefined ? '' : roundText(before)}`,
    );
    lastSent.set(from, { incarnation: advert.incarnation, sequence: advert.sequence });
    for (const { vrid, phase } of advert.groups)
      checkSilence(from, vrid, phase === 'active' ? { at: sentAt, interval: advert.interval } : undefined);
  };
  /** A kernel call may stand between the decision and the sending: the silence ends with the decision. */
  const checkSilence = (node: NodeName, vrid: Vrid, active: { readonly at: number; readonly interval: Millis } | undefined): void => {
    const key = `${node} ${vrid}`;
    const before = saidActiveAt.get(key);
    if (active === undefined) saidActiveAt.delete(key);
    else saidActiveAt.set(key, active);
    if (active === undefined || before === undefined) return;
    const silent = localTime(node, timeline.now - before.at);
    const slept = silent >= patienceOfPeers(node, vrid, before.interval);
    demand(!slept, `${node} was silent for ${silent.toFixed(1)} ms as active of group ${vrid}, and goes on as active`);
  };
  const patienceOfPeers = (node: NodeName, vrid: Vrid, interval: Millis): number => {
    const priorities = [...(world.host(node).inForce.groups.find((group) => group.vrid === vrid)?.priorities ?? [])].filter(
      ([name]) => name !== node,
    );
    return Math.min(...priorities.map(([, priority]) => activeDownInterval(priority, interval)));
  };

  const noteReceived = ({ advert, from, to, sentAt }: Packet): void => {
    if (advert === undefined) return;
    for (const { vrid } of world.host(to).inForce.groups)
      if (sentAt >= (stalledAt.get(`${to} ${vrid}`) ?? 0)) stalledAt.delete(`${to} ${vrid}`);
    const known = newestHeard.get(`${from}>${to}`);
    if (known !== undefined && !isNewer(advert, known)) return;
    newestHeard.set(`${from}>${to}`, { incarnation: advert.incarnation, sequence: advert.sequence });
    for (const group of advert.groups) noteActive(to, advert, group);
  };
  const noteActive = (to: NodeName, advert: Advert, { vrid, phase, priority }: Advert['groups'][number]): void => {
    const key = `${to} ${vrid}`;
    if (phase === 'active' && priority > 0) activeHeard.set(key, { from: advert.from, at: timeline.now, interval: advert.interval });
    else if (activeHeard.get(key)?.from === advert.from) activeHeard.delete(key);
  };

  const checkTakeover = (node: NodeName, fact: Extract<Fact, { type: 'becameActive' }>): void => {
    checkAwake(node, fact.vrid);
    const heard = activeHeard.get(`${node} ${fact.vrid}`);
    const mayPreempt = world.host(node).inForce.groups.some((group) => group.vrid === fact.vrid && group.preempt);
    if (fact.reason !== 'active-down' || heard === undefined || mayPreempt) return;
    const ago = localTime(node, timeline.now - heard.at);
    const silent = ago >= 3 * heard.interval;
    demand(silent, `${node} took group ${fact.vrid} over ${ago.toFixed(1)} ms after it had heard that ${heard.from} is active`);
  };
  /** What waited in the socket while it slept tells nothing of now. */
  const checkAwake = (node: NodeName, vrid: Vrid): void => {
    const at = stalledAt.get(`${node} ${vrid}`);
    const since = at === undefined ? Number.POSITIVE_INFINITY : localTime(node, timeline.now - at);
    demand(since >= 3 * shortestInterval(), `${node} took group ${vrid} over ${since.toFixed(1)} ms after it had slept, on old news`);
  };

  return (happening) => {
    if (happening.type === 'sent') return checkSent(happening.packet);
    if (happening.type === 'received') return noteReceived(happening.packet);
    if (happening.type === 'processStarted') {
      const { node, incarnation } = happening;
      demand(incarnation > (lastSent.get(node)?.incarnation ?? 0), `${node} started with the old incarnation ${incarnation}`);
      for (const { vrid } of world.versions.flatMap(({ groups }) => groups)) {
        stalledAt.delete(`${node} ${vrid}`);
        saidActiveAt.delete(`${node} ${vrid}`);
        activeHeard.delete(`${node} ${vrid}`);
      }
    }
    if (happening.type === 'diskLost') lastSent.delete(happening.node);
    if (happening.type !== 'fact') return;
    if (happening.fact.type === 'becameActive') checkTakeover(happening.node, happening.fact);
    const { fact } = happening;
    if (fact.type === 'becameBackup' && fact.reason === 'stalled') stalledAt.set(`${happening.node} ${fact.vrid}`, timeline.now);
  };
}
