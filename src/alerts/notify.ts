// The channel `notify`: scripts written for keepalived, called as it calls them whenever a group of this director changes its
// state. They are told of states and not of events: a restarted daemon tells the state that it finds itself in, so that
// nothing has to be kept for them, and no script is called again for a state that is past.
import type { NotifyState, NotifyTarget, Script } from '../config/alertChannel.ts';
import type { Delivery } from './delivery.ts';
import { runProgram } from './program.ts';

export interface StateChange {
  readonly group: string;
  readonly state: NotifyState;
  /** This director's, for the group. */
  readonly priority: number;
}

/** `notify_master` and its like first, then `notify`, as keepalived has it. Failed when one of them did. */
export async function callScripts(target: NotifyTarget, change: StateChange, timeoutMs: number, closing: AbortSignal): Promise<Delivery> {
  const special = target.of[change.state];
  const calls = [
    ...(special === undefined ? [] : [special]),
    ...(target.script === undefined ? [] : [withState(target.script, target.type, change)]),
  ];
  let outcome: Delivery = { ok: true };
  for (const script of calls) {
    const done = await call(script, change, timeoutMs, closing);
    if (!done.ok) outcome = done;
  }
  return outcome;
}

const withState = (script: Script, type: NotifyTarget['type'], { group, state, priority }: StateChange): Script => [
  ...script,
  type,
  group,
  state,
  String(priority),
];

async function call([path, ...words]: Script, change: StateChange, timeoutMs: number, closing: AbortSignal): Promise<Delivery> {
  const environment = { VSPAIR_GROUP: change.group, VSPAIR_STATE: change.state, VSPAIR_PRIORITY: String(change.priority) };
  const done = await runProgram({ path, words, environment, input: '' }, timeoutMs, closing);
  return done.ok ? done : { ...done, again: false, detail: `${path}: ${done.detail}` };
}
