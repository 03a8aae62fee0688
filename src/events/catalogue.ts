// Every type of event, how grave it is, and which one ends what another began. EVENTS.md says when each comes and what to do.

/** critical: the service is or may be gone. warning: it is not protected as it was. info: good to know. */
export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

export interface EventKind {
  /** The usual one; an event may be graver or lighter for its reason. */
  readonly severity: Severity;
  /** The type that this one is the end of. Who was told of the one wants to be told of the other, whatever its severity. */
  readonly ends?: string;
}

export const catalogue = {
  takeover: { severity: 'warning' },
  handover: { severity: 'info' },
  handoverCalledOff: { severity: 'warning' },
  adopted: { severity: 'info' },
  steppedDown: { severity: 'warning' },
  takeoverWithheld: { severity: 'critical' },
  takeoverWithheldOver: { severity: 'info', ends: 'takeoverWithheld' },
  fault: { severity: 'warning' },
  faultOver: { severity: 'info', ends: 'fault' },
  bothActive: { severity: 'critical' },
  bothActiveOver: { severity: 'info', ends: 'bothActive' },
  flapping: { severity: 'critical' },
  flappingOver: { severity: 'info', ends: 'flapping' },
  peerLost: { severity: 'warning' },
  peerBack: { severity: 'info', ends: 'peerLost' },
  linkLost: { severity: 'warning' },
  linkBack: { severity: 'info', ends: 'linkLost' },
  vipStranger: { severity: 'critical' },
  vipStrangerGone: { severity: 'info', ends: 'vipStranger' },
  vipRestored: { severity: 'warning' },
  rulesNotIn: { severity: 'critical' },
  rulesIn: { severity: 'info', ends: 'rulesNotIn' },
  rulesDrifted: { severity: 'warning' },
  rulesDriftOver: { severity: 'info', ends: 'rulesDrifted' },
  rulesSuperseded: { severity: 'warning' },
  storeLost: { severity: 'warning' },
  storeBack: { severity: 'info', ends: 'storeLost' },
  alertsFailing: { severity: 'warning' },
  alertsDelivered: { severity: 'info', ends: 'alertsFailing' },
  maintenanceOn: { severity: 'info' },
  maintenanceOff: { severity: 'info', ends: 'maintenanceOn' },
  configReloaded: { severity: 'info' },
  configRejected: { severity: 'warning' },
  daemonStarted: { severity: 'info' },
  daemonRestarted: { severity: 'warning' },
  daemonStopped: { severity: 'info' },
  test: { severity: 'info' },
} as const satisfies Readonly<Record<string, EventKind>>;

export type EventType = keyof typeof catalogue;

export const eventTypes = Object.keys(catalogue) as readonly EventType[];

/** The type whose filters count for an event: that of the beginning, when it is an end. */
export function beginningOf(type: EventType): EventType {
  const kind: EventKind = catalogue[type];
  return eventTypes.find((one) => one === kind.ends) ?? type;
}
