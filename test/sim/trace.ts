// A simulation as text, one line for each thing that can be seen.
import type { Advert, Fact, GroupAdvert } from '../../src/core/types.ts';
import type { FromKeeper, ToKeeper } from '../../src/keeper/messages.ts';
import type { Happening, Packet } from './happening.ts';

/** Undefined for what would only be noise. */
export function describe(happening: Happening): string | undefined {
  switch (happening.type) {
    case 'processStarted':
      return `${happening.node}: process starts, incarnation ${happening.incarnation}${happening.maintenance ? ', in maintenance' : ''}`;
    case 'processEnded':
      return `${happening.node}: process ${happening.how === 'exit' ? 'exits' : 'is killed'}`;
    case 'hostCrashed':
      return `${happening.node}: host crashes`;
    case 'hostBooted':
      return `${happening.node}: host boots`;
    case 'diskLost':
      return `${happening.node}: state directory is lost`;
    case 'paused':
      return `${happening.node}: process stands still for ${happening.forMs.toFixed(1)} ms`;
    case 'resumed':
      return `${happening.node}: process goes on`;
    case 'woke':
    case 'rulesLoading':
      return undefined;
    case 'fact':
      return `${happening.node}: ${factText(happening.fact)}`;
    case 'reported':
      return `${happening.node}: reports ${reportText(happening.message)}`;
    case 'commanded':
      return `${happening.node}: is told ${commandText(happening.message)}`;
    case 'answered':
      return `${happening.node}: answers #${happening.requestId} ${outcomeText(happening.outcome)}`;
    case 'sent':
      return `${happening.packet.from}: -> ${routeText(happening.packet)} ${happening.packet.advert === undefined ? 'unreadable' : advertText(happening.packet.advert)}`;
    case 'lost':
      return `${happening.packet.to}: <- ${routeText(happening.packet)} from ${happening.packet.from} lost: ${happening.why}`;
    case 'received':
      return `${happening.packet.to}: <- ${routeText(happening.packet)} from ${happening.packet.from}`;
    case 'addressAdded':
      return `${happening.node}: + ${happening.address.address} dev ${happening.address.dev} by ${happening.by}`;
    case 'addressRemoved':
      return `${happening.node}: - ${happening.address.address} dev ${happening.address.dev} by ${happening.by}`;
    case 'announced':
      return `${happening.node}: announces ${happening.address.address} dev ${happening.address.dev}${happening.failed ? ' in vain' : ''}`;
    case 'rulesLoaded':
      return `${happening.node}: IPVS rules of revision ${happening.batch.revision}${happening.failed ? ' refused' : ''}`;
    case 'kernelRefused':
      return `${happening.node}: kernel refuses to ${happening.what}`;
    case 'linkChanged':
      return `${happening.node}: ${happening.dev} goes ${happening.up ? 'up' : 'down'}`;
    case 'fault':
      return `*** ${happening.text}`;
  }
}

const routeText = (packet: Packet): string =>
  `${packet.to}#${packet.link} ${packet.advert === undefined ? '?' : `${packet.advert.incarnation}.${packet.advert.sequence}`}`;

function advertText(advert: Advert): string {
  const rules = `rules ${advert.rules.revision}${advert.rules.ready ? '' : ' not in'}`;
  return `${advert.groups.map(groupText).join(', ')}; ${rules}${advert.solicit ? '; solicit' : ''}`;
}

function groupText(group: GroupAdvert): string {
  const handover = group.handover === undefined ? '' : ` ${group.handover.phase} ${group.handover.peer} ${group.handover.id}`;
  return `${group.vrid} ${group.phase} ${group.priority}${group.holding ? ' holding' : ''}${handover}`;
}

function factText(fact: Fact): string {
  const { type, ...rest } = fact;
  return `${type} ${JSON.stringify(rest)}`;
}

function reportText(message: FromKeeper): string {
  if (message.type === 'snapshot') return `its status for #${message.requestId}`;
  const { type, ...rest } = message;
  return `${type} ${JSON.stringify(rest)}`;
}

function commandText(message: ToKeeper): string {
  if (message.type === 'rules') return `rules of revision ${message.mark.revision}${message.mark.ready ? '' : ', not in'}`;
  const { type, ...rest } = message;
  return `${type} ${JSON.stringify(rest)}`;
}

function outcomeText(outcome: { readonly ok: boolean; readonly detail: string; readonly reason?: string }): string {
  return outcome.ok ? `done: ${outcome.detail}` : `refused (${outcome.reason ?? ''}): ${outcome.detail}`;
}
