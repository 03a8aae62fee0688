// Takeovers and handovers as events, put together from what the keeper tells on the way: the decision with its evidence,
// then the moments of the timeline. They are told when they are over, or after a while without what is missing; that is
// told again, under the same id, once it is known.
import { type Fact, type Millis, millis, type NodeName, type Vrid } from '../core/types.ts';
import type { FromKeeper, TakeoverTimeline } from '../keeper/messages.ts';
import type { EventDraft } from './draft.ts';
import type { EventEvidence, EventPhase } from './event.ts';
import { activationIdentity, callOffIdentity, handoverIdentity } from './identity.ts';

export interface TransitionParts {
  readonly cluster: string;
  readonly node: NodeName;
  readonly incarnation: number;
  /** Milliseconds that only ever grow. */
  readonly now?: () => number;
}

export interface Transitions {
  /** `text` is the sentence for the fact. */
  fact(message: Extract<FromKeeper, { type: 'fact' }>, text: string): readonly EventDraft[];
  timeline(timeline: TakeoverTimeline): readonly EventDraft[];
  raised(incarnation: number): void;
  /** Those that have waited for their timeline for so long, in milliseconds. */
  overdue(afterMs: number): readonly EventDraft[];
}

interface Waiting {
  readonly draft: EventDraft;
  /** By the clock that the parts name. */
  readonly since: number;
  readonly told: boolean;
}

export const createTransitions = (parts: TransitionParts): Transitions => new Open(parts);

class Open implements Transitions {
  readonly #cluster: string;
  readonly #node: NodeName;
  readonly #now: () => number;
  #incarnation: number;
  readonly #counts = new Map<Vrid, number>();
  readonly #waiting = new Map<Vrid, Waiting>();
  readonly #askedAt = new Map<Vrid, Millis>();
  readonly #taken = new Map<Vrid, { readonly id: number; readonly from: NodeName }>();

  constructor({ cluster, node, incarnation, now = () => performance.now() }: TransitionParts) {
    this.#cluster = cluster;
    this.#node = node;
    this.#incarnation = incarnation;
    this.#now = now;
  }

  raised(incarnation: number): void {
    this.#incarnation = incarnation;
  }

  fact(message: FactMessage, text: string): readonly EventDraft[] {
    const { fact, at } = message;
    switch (fact.type) {
      case 'becameActive':
        return this.#activate(message, fact, text);
      case 'becameBackup':
        return [...this.#untold(fact.vrid), ...this.#calledOff(fact, text)];
      case 'handoverStarted':
        this.#askedAt.set(fact.vrid, at);
        return [];
      case 'handoverCompleted':
        return [this.#given(fact, at, text)];
      case 'handoverCalledOff': {
        const id = callOffIdentity(this.#cluster, fact.vrid, this.#node, fact.id);
        return [{ type: 'handoverCalledOff', id, vrid: fact.vrid, peer: fact.to, reason: 'not-confirmed', text }];
      }
      case 'enteredFault':
      case 'enteredMaintenance':
      case 'stopped':
        return this.#untold(fact.vrid);
      case 'takeoverWithheld':
      case 'bothActive':
      case 'peerHeard':
      case 'peerLost':
        return [];
    }
  }

  timeline(timeline: TakeoverTimeline): readonly EventDraft[] {
    const open = this.#waiting.get(timeline.vrid);
    this.#waiting.delete(timeline.vrid);
    return open === undefined ? [] : [withPhases(open.draft, timeline)];
  }

  overdue(afterMs: number): readonly EventDraft[] {
    const late = [...this.#waiting].filter(([, { since, told }]) => !told && this.#now() - since >= afterMs);
    for (const [vrid, one] of late) this.#waiting.set(vrid, { ...one, told: true });
    return late.map(([, { draft }]) => draft);
  }

  #activate(message: FactMessage, fact: BecameActive, text: string): EventDraft[] {
    const { vrid, handover } = fact;
    const interrupted = this.#untold(vrid);
    if (handover === undefined) this.#taken.delete(vrid);
    else this.#taken.set(vrid, handover);
    const draft = { id: this.#identityOf(fact), time: new Date().toISOString(), ...activationDraft(fact, evidenceOf(message, fact), text) };
    this.#waiting.set(vrid, { draft, since: this.#now(), told: false });
    return interrupted;
  }

  #identityOf({ vrid, handover }: BecameActive): string {
    if (handover !== undefined) return handoverIdentity(this.#cluster, vrid, handover.from, handover.id);
    const count = (this.#counts.get(vrid) ?? 0) + 1;
    this.#counts.set(vrid, count);
    return activationIdentity(this.#cluster, vrid, this.#node, this.#incarnation, count);
  }

  /** What will get no timeline any more. */
  #untold(vrid: Vrid): EventDraft[] {
    const before = this.#waiting.get(vrid);
    this.#waiting.delete(vrid);
    return before === undefined || before.told ? [] : [before.draft];
  }

  #given({ vrid, to, id, took }: Extract<Fact, { type: 'handoverCompleted' }>, at: Millis, text: string): EventDraft {
    const released = millis(Math.max(took, at - (this.#askedAt.get(vrid) ?? at)));
    const phases = [phase('asked', millis(0)), phase('taken', took), phase('released', released)];
    const identity = handoverIdentity(this.#cluster, vrid, this.#node, id);
    return { type: 'handover', id: identity, vrid, peer: to, reason: 'given', text, phases };
  }

  #calledOff({ vrid, reason }: Extract<Fact, { type: 'becameBackup' }>, text: string): EventDraft[] {
    const handover = this.#taken.get(vrid);
    if (reason !== 'called-off' || handover === undefined) return [];
    const id = callOffIdentity(this.#cluster, vrid, handover.from, handover.id);
    return [{ type: 'handoverCalledOff', id, vrid, peer: handover.from, reason, text }];
  }
}

type FactMessage = Extract<FromKeeper, { type: 'fact' }>;
type BecameActive = Extract<Fact, { type: 'becameActive' }>;

function activationDraft(fact: BecameActive, evidence: EventEvidence, text: string): EventDraft {
  const { vrid, reason } = fact;
  const about = { vrid, evidence, text, peer: fact.handover?.from ?? evidence.active ?? null };
  switch (reason) {
    case 'active-down':
    case 'active-left':
      return { ...about, type: 'takeover', reason };
    case 'preempted':
      return { ...about, type: 'takeover', reason, severity: 'info' };
    case 'handover':
      return { ...about, type: 'handover', reason: 'taken' };
    case 'adopted':
      return { ...about, type: 'adopted', reason };
  }
}

const evidenceOf = ({ heard = [], rules }: FactMessage, { evidence }: BecameActive): EventEvidence => ({
  ...evidence,
  links: heard,
  rules: rules === undefined ? null : { revision: rules.revision, digest: rules.digest },
});

function withPhases(draft: EventDraft, { decidedAt, rulesInAt, vipAddedAt, announcedAt }: TakeoverTimeline): EventDraft {
  const after = (moment: Millis): Millis => millis(moment - decidedAt);
  const phases = [
    phase('decided', millis(0)),
    phase('rulesIn', after(rulesInAt)),
    phase('addressesAdded', after(vipAddedAt)),
    phase('announced', after(announcedAt)),
  ];
  const gapMs = gapOf(draft, after(announcedAt));
  const text = gapMs === null ? draft.text : `${draft.text}; nobody served for at most ${Math.round(gapMs)} ms`;
  return { ...draft, phases, gapMs, text };
}

/** From the last word of the old active, which served until then, to the announcement. Who preempts or is handed over to overlaps it. */
function gapOf({ type, reason, evidence }: EventDraft, announcedAfter: Millis): number | null {
  const interrupted = type === 'takeover' && reason !== 'preempted';
  const heardAgo = evidence?.lastHeardAgo;
  return interrupted && heardAgo !== undefined ? rounded(heardAgo + announcedAfter) : null;
}

const phase = (name: EventPhase['name'], after: Millis): EventPhase => ({ name, afterMs: rounded(after) });
const rounded = (length: number): number => Number(length.toFixed(2));
