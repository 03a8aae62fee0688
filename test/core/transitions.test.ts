import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/core/state.ts';
import type { CoreEvent, Effect } from '../../src/core/types.ts';
import { activeDirector, backupTo, changedTo, createDirector, type Director, rulesIn, rulesNotIn, type Said, web } from './director.ts';
import { inWords } from './effectWords.ts';

type Phase = Role['phase'];
type EventName = CoreEvent['type'];

/** What happens to one group: when this is told, it is in that phase with that intent, and this came of it, in order. */
interface Row<Name extends EventName> {
  readonly when: string;
  /** Told before, at the same moment. */
  readonly given?: (director: Director) => unknown;
  /** Milliseconds after the situation was reached. */
  readonly after?: number;
  readonly told: Name extends 'advertReceived' ? Said : Omit<Extract<CoreEvent, { type: Name }>, 'type'>;
  readonly comes: string;
}

type Rows = { readonly [Name in EventName]: readonly [Row<Name>, ...Row<Name>[]] };

const situations: Record<Phase, () => Director> = {
  initialize() {
    const director = createDirector();
    director.start({ holding: [web] });
    return director;
  },
  /** The other group is being handed over, or the process would be gone. */
  stopped() {
    const director = activeDirector({ more: [{ vrid: 52, name: 'other', devices: ['eth5'] }] });
    director.hear('vsbak', { groups: [bothGroups('active', 200), { ...bothGroups('backup', 100), vrid: 52 }] });
    director.tell({ type: 'shutdownRequested', how: 'handover' });
    return director;
  },
  backup: () => backupTo('vsbak'),
  active() {
    const director = activeDirector();
    director.hear('vsbak');
    return director;
  },
  fault() {
    const director = backupTo('vsbak');
    director.tell({ type: 'linkWentDown', dev: 'eth0' });
    return director;
  },
  maintenance() {
    const director = backupTo('vsbak');
    director.tell({ type: 'maintenanceRequested', requestId: 1, on: true });
    return director;
  },
};

function bothGroups(phase: 'active' | 'backup', priority: number) {
  return { vrid: web, phase, priority, holding: phase === 'active', handover: undefined };
}

const started = { holding: [web], linksDown: [], maintenance: false, rules: rulesIn } as const;
const ask = { id: 9, phase: 'ask', peer: 'vs1' } as const;
const same = changedTo({});
const moreVips = changedTo({ devices: ['eth0', 'eth1'] });
const other = { vrid: 52, name: 'other', devices: ['eth5'] };
const oneMoreGroup = changedTo({ more: [other] });
const oneMoreDirector = changedTo({ nodes: ['vs1', 'vsbak', 'vs3'] });
const withOther = changedTo({ devices: ['eth0', 'eth1'], more: [other] }).config;
const ourFailover = { requestId: 2, vrid: web, to: 'vsbak' } as const;

const table: Record<Phase, Rows> = {
  initialize: {
    started: [{ when: 'again', told: started, comes: 'initialize, keep: nothing' }],
    advertReceived: [
      { when: 'a lower active', told: { phase: 'active' }, comes: 'backup, absent: peerHeard becameBackup(active-elsewhere) advert' },
      {
        when: 'an active that still loads',
        told: { phase: 'active', priority: 200, holding: false },
        comes: 'active, hold: peerHeard becameActive(adopted) announce advert',
      },
      { when: 'a backup that hears us', told: { phase: 'backup' }, comes: 'active, hold: peerHeard becameActive(adopted) announce advert' },
      { when: 'a backup that does not hear us', told: { phase: 'backup', echo: 'nothing' }, comes: 'initialize, keep: peerHeard' },
      {
        when: 'a goodbye',
        told: { phase: 'initialize', priority: 0 },
        comes: 'active, hold: peerHeard becameActive(adopted) announce advert',
      },
      {
        when: 'a better one that asks too',
        told: { phase: 'initialize', holding: true, priority: 200 },
        comes: 'backup, absent: peerHeard becameBackup(active-elsewhere) advert',
      },
      {
        when: 'a lower one that asks too, and us',
        told: { phase: 'initialize', holding: true, solicit: true },
        comes: 'active, hold: peerHeard becameActive(adopted) announce advert>vsbak advert',
      },
    ],
    timePassed: [
      { when: 'before the deadline', after: 50, told: {}, comes: 'initialize, keep: nothing' },
      { when: 'after a stall: it asks anew', after: 5_000, told: {}, comes: 'initialize, keep: advert?' },
    ],
    linkWentDown: [
      { when: 'one of its own', told: { dev: 'eth0' }, comes: 'fault, absent: enteredFault(link-down) advert' },
      { when: 'another', told: { dev: 'eth7' }, comes: 'initialize, keep: nothing' },
    ],
    linkCameUp: [{ when: 'that was not down', told: { dev: 'eth0' }, comes: 'initialize, keep: nothing' }],
    rulesChanged: [{ when: 'not ready', told: { rules: rulesNotIn }, comes: 'initialize, keep: nothing' }],
    kernelWriteFailed: [{ when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'initialize, keep: nothing' }],
    loadBegan: [{ when: 'of this group', told: { vrids: [web] }, comes: 'initialize, keep: nothing' }],
    loadEnded: [{ when: 'of this group', told: { vrids: [web] }, comes: 'initialize, keep: nothing' }],
    failoverRequested: [{ when: 'to the other', told: ourFailover, comes: 'initialize, keep: refused(not-active)' }],
    maintenanceRequested: [
      { when: 'on, and nobody was heard yet', told: { requestId: 2, on: true }, comes: 'initialize, keep: refused(peer-not-heard)' },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'initialize, keep: ok' },
    ],
    configChanged: [
      { when: 'with one more virtual IP', told: moreVips, comes: 'initialize, keep: ok advert' },
      { when: 'whose links are down', told: { ...same, linksDown: ['eth0'] }, comes: 'fault, absent: enteredFault(link-down) ok advert' },
    ],
    shutdownRequested: [
      { when: 'with handover', told: { how: 'handover' }, comes: 'stopped, absent: stopped(released) advert exit' },
      { when: 'in place', told: { how: 'inPlace' }, comes: 'initialize, keep: stopped(not released) advert exit' },
    ],
  },
  stopped: {
    started: [{ when: 'again', told: started, comes: 'stopped, absent: nothing' }],
    advertReceived: [
      { when: 'an active', told: { phase: 'active' }, comes: 'stopped, absent: nothing' },
      { when: 'a goodbye', told: { phase: 'initialize', priority: 0 }, comes: 'stopped, absent: nothing' },
      { when: 'an active that asks us', told: { phase: 'active', handover: ask }, comes: 'stopped, absent: nothing' },
    ],
    timePassed: [{ when: 'soon', after: 50, told: {}, comes: 'stopped, absent: nothing' }],
    linkWentDown: [{ when: 'one of its own', told: { dev: 'eth0' }, comes: 'stopped, absent: nothing' }],
    linkCameUp: [{ when: 'that was not down', told: { dev: 'eth0' }, comes: 'stopped, absent: nothing' }],
    rulesChanged: [{ when: 'ready', told: { rules: rulesIn }, comes: 'stopped, absent: nothing' }],
    kernelWriteFailed: [{ when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'stopped, absent: nothing' }],
    loadBegan: [{ when: 'of this group', told: { vrids: [web] }, comes: 'stopped, absent: nothing' }],
    loadEnded: [{ when: 'of this group', told: { vrids: [web] }, comes: 'stopped, absent: nothing' }],
    failoverRequested: [{ when: 'to the other', told: ourFailover, comes: 'stopped, absent: refused(stopping)' }],
    maintenanceRequested: [
      { when: 'on', told: { requestId: 2, on: true }, comes: 'stopped, absent: refused(stopping)' },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'stopped, absent: refused(stopping)' },
    ],
    configChanged: [{ when: 'with one more virtual IP', told: { ...moreVips, config: withOther }, comes: 'stopped, absent: ok advert' }],
    shutdownRequested: [
      { when: 'again', told: { how: 'handover' }, comes: 'stopped, absent: nothing' },
      { when: 'in place, too late', told: { how: 'inPlace' }, comes: 'stopped, absent: nothing' },
    ],
  },
  backup: {
    started: [{ when: 'again', told: started, comes: 'backup, absent: nothing' }],
    advertReceived: [
      { when: 'the active', told: { phase: 'active' }, comes: 'backup, absent: nothing' },
      { when: 'the active, which asks for an answer', told: { phase: 'active', solicit: true }, comes: 'backup, absent: advert>vsbak' },
      {
        when: 'the active, which asks us to take over',
        told: { phase: 'active', handover: ask },
        comes: 'active, hold: becameActive(handover) announce advert',
      },
      {
        when: 'the active, which asks another',
        told: { phase: 'active', handover: { ...ask, peer: 'vs3' } },
        comes: 'backup, absent: nothing',
      },
      {
        when: 'a goodbye of the active: the timer is due at once',
        told: { phase: 'initialize', priority: 0 },
        comes: 'backup, absent: nothing',
      },
      { when: 'the active in fault: the timer is due at once', told: { phase: 'fault' }, comes: 'backup, absent: nothing' },
      { when: 'the active, restarted, which asks', told: { phase: 'initialize', holding: true }, comes: 'backup, absent: nothing' },
    ],
    timePassed: [
      { when: 'before the deadline', after: 50, told: {}, comes: 'backup, absent: nothing' },
      { when: 'at an advert', after: 100, told: {}, comes: 'backup, absent: advert' },
      { when: 'at the deadline', after: 341.40625, told: {}, comes: 'active, hold: becameActive(active-down) announce advert' },
      {
        when: 'at the deadline, without rules',
        given: withoutRules,
        after: 341.40625,
        told: {},
        comes: 'backup, absent: takeoverWithheld advert',
      },
      {
        when: 'after the active said goodbye',
        given: (director) => director.hear('vsbak', { phase: 'initialize', priority: 0 }),
        told: {},
        comes: 'active, hold: becameActive(active-left) announce advert',
      },
    ],
    linkWentDown: [
      { when: 'one of its own', told: { dev: 'eth0' }, comes: 'fault, absent: enteredFault(link-down) advert' },
      { when: 'another', told: { dev: 'eth7' }, comes: 'backup, absent: nothing' },
    ],
    linkCameUp: [
      { when: 'that was not down', told: { dev: 'eth0' }, comes: 'backup, absent: nothing' },
      {
        when: 'another that was down',
        given: (director) => director.tell({ type: 'linkWentDown', dev: 'eth7' }),
        told: { dev: 'eth7' },
        comes: 'backup, absent: announceSelf(eth7) advert?',
      },
    ],
    rulesChanged: [
      { when: 'ready', told: { rules: rulesIn }, comes: 'backup, absent: nothing' },
      { when: 'not ready', told: { rules: rulesNotIn }, comes: 'backup, absent: nothing' },
    ],
    kernelWriteFailed: [{ when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'backup, absent: nothing' }],
    loadBegan: [{ when: 'of this group', told: { vrids: [web] }, comes: 'backup, absent: nothing' }],
    loadEnded: [{ when: 'of this group', told: { vrids: [web] }, comes: 'backup, absent: nothing' }],
    failoverRequested: [{ when: 'to the other', told: ourFailover, comes: 'backup, absent: refused(not-active)' }],
    maintenanceRequested: [
      { when: 'on', told: { requestId: 2, on: true }, comes: 'maintenance, absent: enteredMaintenance ok advert' },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'backup, absent: ok' },
    ],
    configChanged: [
      { when: 'the same', told: same, comes: 'backup, absent: ok advert' },
      { when: 'with one more virtual IP', told: moreVips, comes: 'backup, absent: ok advert' },
      { when: 'with one more group', told: oneMoreGroup, comes: 'backup, absent: ok advert?' },
      { when: 'with one more director', told: oneMoreDirector, comes: 'backup, absent: ok advert?' },
      { when: 'whose links are down', told: { ...same, linksDown: ['eth0'] }, comes: 'fault, absent: enteredFault(link-down) ok advert' },
    ],
    shutdownRequested: [
      { when: 'with handover', told: { how: 'handover' }, comes: 'stopped, absent: stopped(not released) advert exit' },
      { when: 'in place', told: { how: 'inPlace' }, comes: 'backup, keep: stopped(not released) advert exit' },
    ],
  },
  active: {
    started: [{ when: 'again', told: started, comes: 'active, hold: nothing' }],
    advertReceived: [
      { when: 'a backup', told: { phase: 'backup' }, comes: 'active, hold: nothing' },
      { when: 'a backup that asks for an answer', told: { phase: 'backup', solicit: true }, comes: 'active, hold: advert>vsbak' },
      { when: 'a lower active', told: { phase: 'active' }, comes: 'active, hold: announce bothActive advert' },
      { when: 'a better active', told: { phase: 'active', priority: 200 }, comes: 'backup, absent: becameBackup(outranked) advert' },
      {
        when: 'a better active that still loads',
        told: { phase: 'active', priority: 200, holding: false },
        comes: 'active, hold: nothing',
      },
      {
        when: 'a lower active that still loads',
        told: { phase: 'active', holding: false },
        comes: 'active, hold: announce bothActive advert',
      },
      {
        when: 'a better active that still loads, in a load',
        given: load,
        told: { phase: 'active', priority: 200, holding: false },
        comes: 'backup, absent: becameBackup(outranked) advert',
      },
      { when: 'a lower active, in a load', given: load, told: { phase: 'active' }, comes: 'active, hold: nothing' },
      {
        when: 'that the other loads what it was asked to take over',
        given: (director) => director.tell({ type: 'failoverRequested', ...ourFailover }),
        told: { phase: 'active', holding: false, handover: { id: 65537, phase: 'loading', peer: 'vs1' } },
        comes: 'active, hold: nothing',
      },
      {
        when: 'an equal active of higher address',
        told: { phase: 'active', priority: 150 },
        comes: 'backup, absent: becameBackup(outranked) advert',
      },
      { when: 'a goodbye', told: { phase: 'initialize', priority: 0 }, comes: 'active, hold: advert' },
      { when: 'a restarted one that asks', told: { phase: 'initialize', holding: true }, comes: 'active, hold: nothing' },
      { when: 'one in fault', told: { phase: 'fault' }, comes: 'active, hold: nothing' },
      {
        when: 'the confirmation of a handover',
        given: (director) => director.tell({ type: 'failoverRequested', ...ourFailover }),
        told: { phase: 'active', handover: { id: 65537, phase: 'taken', peer: 'vs1' } },
        comes: 'backup, absent: handoverCompleted ok becameBackup(handed-over) advert',
      },
    ],
    timePassed: [
      { when: 'soon', after: 0, told: {}, comes: 'active, hold: nothing' },
      { when: 'at an announcement', after: 50, told: {}, comes: 'active, hold: announce advert' },
      { when: 'at an advert', after: 100, told: {}, comes: 'active, hold: announce advert' },
      { when: 'after a stall', after: 5_000, told: {}, comes: 'backup, absent: becameBackup(stalled) peerLost advert?' },
      {
        when: 'when a handover was not confirmed',
        given: askAndHearNothing,
        told: {},
        comes: 'active, hold: handoverCalledOff announce refused(not-confirmed) advert',
      },
    ],
    linkWentDown: [
      { when: 'one of its own', told: { dev: 'eth0' }, comes: 'fault, absent: enteredFault(link-down) advert' },
      { when: 'another', told: { dev: 'eth7' }, comes: 'active, hold: nothing' },
    ],
    linkCameUp: [{ when: 'that was not down', told: { dev: 'eth0' }, comes: 'active, hold: nothing' }],
    rulesChanged: [
      { when: 'ready', told: { rules: rulesIn }, comes: 'active, hold: nothing' },
      { when: 'not ready', told: { rules: rulesNotIn }, comes: 'active, hold: nothing' },
      { when: 'ready, in a load', given: load, told: { rules: rulesIn }, comes: 'active, hold: nothing' },
      {
        when: 'not ready, in a load',
        given: load,
        told: { rules: rulesNotIn },
        comes: 'backup, absent: becameBackup(rules-not-in) advert',
      },
    ],
    kernelWriteFailed: [
      { when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'fault, absent: enteredFault(kernel-write-failed) advert' },
      { when: 'of an unknown one', told: { vrid: 99, detail: 'EPERM' }, comes: 'active, hold: nothing' },
    ],
    loadBegan: [
      { when: 'of this group: it claims nothing by its virtual IPs', told: { vrids: [web] }, comes: 'active, hold: advert' },
      { when: 'again', given: load, told: { vrids: [web] }, comes: 'active, hold: nothing' },
      { when: 'of an unknown one', told: { vrids: [99] }, comes: 'active, hold: nothing' },
    ],
    loadEnded: [
      { when: 'of this group', given: load, told: { vrids: [web] }, comes: 'active, hold: announce advert' },
      { when: 'and none was under way', told: { vrids: [web] }, comes: 'active, hold: nothing' },
      { when: 'of an unknown one', given: load, told: { vrids: [99] }, comes: 'active, hold: nothing' },
    ],
    failoverRequested: [
      { when: 'to the other', told: ourFailover, comes: 'active, hold: handoverStarted advert' },
      { when: 'to nobody in particular', told: { requestId: 2, vrid: web, to: undefined }, comes: 'active, hold: handoverStarted advert' },
      {
        when: 'while one is under way',
        given: (director) => director.tell({ type: 'failoverRequested', ...ourFailover }),
        told: ourFailover,
        comes: 'active, hold: refused(handover-under-way)',
      },
    ],
    maintenanceRequested: [
      { when: 'on: it hands over first', told: { requestId: 2, on: true }, comes: 'active, hold: handoverStarted advert' },
      {
        when: 'on, and nobody could take over',
        given: (director) => director.hear('vsbak', { phase: 'fault' }),
        told: { requestId: 2, on: true },
        comes: 'active, hold: refused(peer-in-fault)',
      },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'active, hold: ok' },
    ],
    configChanged: [
      { when: 'the same', told: same, comes: 'active, hold: ok advert' },
      { when: 'with one more virtual IP', told: moreVips, comes: 'active, hold: announce ok advert' },
      { when: 'with one more virtual IP, while it loads', given: load, told: moreVips, comes: 'active, hold: ok advert' },
      { when: 'with one more group', told: oneMoreGroup, comes: 'active, hold: ok advert?' },
      {
        when: 'that gives it a lower priority',
        told: changedTo({ priorities: { vs1: 50, vsbak: 100 } }),
        comes: 'active, hold: ok advert',
      },
      { when: 'whose links are down', told: { ...same, linksDown: ['eth0'] }, comes: 'fault, absent: enteredFault(link-down) ok advert' },
      {
        when: 'without the director that it hands over to',
        given: (director) => director.tell({ type: 'failoverRequested', ...ourFailover, requestId: 1 }),
        told: changedTo({ nodes: ['vs1', 'vs3'] }),
        comes: 'active, hold: handoverCalledOff announce refused(not-confirmed) ok advert?',
      },
    ],
    shutdownRequested: [
      { when: 'with handover: it hands over first', told: { how: 'handover' }, comes: 'active, hold: handoverStarted advert' },
      {
        when: 'with handover, and nobody could take over',
        given: (director) => director.hear('vsbak', { phase: 'fault' }),
        told: { how: 'handover' },
        comes: 'stopped, absent: stopped(released) advert exit',
      },
      { when: 'in place', told: { how: 'inPlace' }, comes: 'active, keep: stopped(not released) advert exit' },
      {
        when: 'in place, in a load',
        given: load,
        told: { how: 'inPlace' },
        comes: 'stopped, keep: stopped(released) advert exit',
      },
    ],
  },
  fault: {
    started: [{ when: 'again', told: started, comes: 'fault, absent: nothing' }],
    advertReceived: [
      { when: 'an active', told: { phase: 'active' }, comes: 'fault, absent: nothing' },
      { when: 'a goodbye', told: { phase: 'initialize', priority: 0 }, comes: 'fault, absent: nothing' },
      { when: 'an active that asks us', told: { phase: 'active', handover: ask }, comes: 'fault, absent: nothing' },
    ],
    timePassed: [
      { when: 'long after its peer fell silent', after: 50_000, told: {}, comes: 'fault, absent: peerLost advert' },
      {
        when: 'ten seconds after the kernel refused',
        given: refused,
        after: 10_000,
        told: {},
        comes: 'backup, absent: becameBackup(recovered) advert',
      },
      { when: 'a little less', given: refused, after: 9_999.999, told: {}, comes: 'fault, absent: advert' },
    ],
    linkWentDown: [{ when: 'another of its own', told: { dev: 'eth0' }, comes: 'fault, absent: nothing' }],
    linkCameUp: [
      { when: 'the one it waits for', told: { dev: 'eth0' }, comes: 'backup, absent: becameBackup(recovered) announceSelf(eth0) advert?' },
      { when: 'that was not down', told: { dev: 'eth7' }, comes: 'fault, absent: nothing' },
      { when: 'while it is out for its kernel', given: refused, told: { dev: 'eth0' }, comes: 'fault, absent: nothing' },
    ],
    rulesChanged: [{ when: 'ready', told: { rules: rulesIn }, comes: 'fault, absent: nothing' }],
    kernelWriteFailed: [{ when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'fault, absent: nothing' }],
    loadBegan: [{ when: 'of this group', told: { vrids: [web] }, comes: 'fault, absent: nothing' }],
    loadEnded: [{ when: 'of this group', told: { vrids: [web] }, comes: 'fault, absent: nothing' }],
    failoverRequested: [{ when: 'to the other', told: ourFailover, comes: 'fault, absent: refused(not-active)' }],
    maintenanceRequested: [
      { when: 'on', told: { requestId: 2, on: true }, comes: 'maintenance, absent: enteredMaintenance ok advert' },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'fault, absent: ok' },
    ],
    configChanged: [
      { when: 'whose links are down too', told: { ...same, linksDown: ['eth0'] }, comes: 'fault, absent: ok advert' },
      { when: 'whose links are up', told: changedTo({ devices: ['eth7'] }), comes: 'backup, absent: becameBackup(recovered) ok advert' },
      {
        when: 'after the kernel refused a virtual IP',
        given: refused,
        told: same,
        comes: 'fault, absent: ok advert',
      },
    ],
    shutdownRequested: [
      { when: 'with handover', told: { how: 'handover' }, comes: 'stopped, absent: stopped(not released) advert exit' },
      { when: 'in place', told: { how: 'inPlace' }, comes: 'fault, keep: stopped(not released) advert exit' },
    ],
  },
  maintenance: {
    started: [{ when: 'again', told: started, comes: 'maintenance, absent: nothing' }],
    advertReceived: [
      { when: 'the active', told: { phase: 'active' }, comes: 'maintenance, absent: nothing' },
      { when: 'a goodbye of the active', told: { phase: 'initialize', priority: 0 }, comes: 'maintenance, absent: nothing' },
      { when: 'an active that asks us', told: { phase: 'active', handover: ask }, comes: 'maintenance, absent: nothing' },
    ],
    timePassed: [{ when: 'long after its peer fell silent', after: 50_000, told: {}, comes: 'maintenance, absent: peerLost advert' }],
    linkWentDown: [{ when: 'one of its own', told: { dev: 'eth0' }, comes: 'maintenance, absent: nothing' }],
    linkCameUp: [
      {
        when: 'that was down',
        given: (director) => director.tell({ type: 'linkWentDown', dev: 'eth0' }),
        told: { dev: 'eth0' },
        comes: 'maintenance, absent: announceSelf(eth0) advert?',
      },
    ],
    rulesChanged: [{ when: 'ready', told: { rules: rulesIn }, comes: 'maintenance, absent: nothing' }],
    kernelWriteFailed: [{ when: 'of this group', told: { vrid: web, detail: 'EPERM' }, comes: 'maintenance, absent: nothing' }],
    loadBegan: [{ when: 'of this group', told: { vrids: [web] }, comes: 'maintenance, absent: nothing' }],
    loadEnded: [{ when: 'of this group', told: { vrids: [web] }, comes: 'maintenance, absent: nothing' }],
    failoverRequested: [{ when: 'to the other', told: ourFailover, comes: 'maintenance, absent: refused(not-active)' }],
    maintenanceRequested: [
      { when: 'on, again', told: { requestId: 2, on: true }, comes: 'maintenance, absent: ok' },
      { when: 'off', told: { requestId: 2, on: false }, comes: 'backup, absent: becameBackup(maintenance-ended) ok advert' },
      {
        when: 'off, with a link down',
        given: (director) => director.tell({ type: 'linkWentDown', dev: 'eth0' }),
        told: { requestId: 2, on: false },
        comes: 'fault, absent: enteredFault(link-down) ok advert',
      },
    ],
    configChanged: [{ when: 'with one more virtual IP', told: moreVips, comes: 'maintenance, absent: ok advert' }],
    shutdownRequested: [
      { when: 'with handover', told: { how: 'handover' }, comes: 'stopped, absent: stopped(not released) advert exit' },
      { when: 'in place', told: { how: 'inPlace' }, comes: 'maintenance, keep: stopped(not released) advert exit' },
    ],
  },
};

function withoutRules(director: Director): void {
  director.tell({ type: 'rulesChanged', rules: rulesNotIn });
}

function load(director: Director): void {
  director.tell({ type: 'loadBegan', vrids: [web] });
}

function askAndHearNothing(director: Director): void {
  director.tell({ type: 'failoverRequested', ...ourFailover });
  director.runUntil(director.now + 999);
  director.later(1);
}

/** Out of the fault of the situation, active, and refused by the kernel just now. */
function refused(director: Director): void {
  director.tell({ type: 'linkCameUp', dev: 'eth0' });
  director.runUntil(director.now + 1_000);
  director.tell({ type: 'kernelWriteFailed', vrid: web, detail: 'EPERM' });
}

for (const [phase, rows] of Object.entries(table) as [Phase, Rows][]) {
  describe(`a group in ${phase}`, () => {
    for (const [name, cases] of Object.entries(rows) as [EventName, readonly Row<EventName>[]][]) {
      test.each(cases)(`${name}: $when`, (row) => {
        const director = situations[phase]();
        expect(director.phase()).toBe(phase);
        row.given?.(director);
        if (row.after !== undefined) director.later(row.after);
        expect(outcome(director, tell(director, name, row.told))).toBe(row.comes);
      });
    }
  });
}

function tell(director: Director, name: EventName, told: Row<EventName>['told']): readonly Effect[] {
  if (name === 'advertReceived') return director.hear('vsbak', told as Said);
  return director.tell({ ...told, type: name } as CoreEvent);
}

function outcome(director: Director, effects: readonly Effect[]): string {
  const came = effects.flatMap((effect) => inWords(effect));
  return [`${director.phase()}, ${director.intent()}:`, ...(came.length > 0 ? came : ['nothing'])].join(' ');
}
