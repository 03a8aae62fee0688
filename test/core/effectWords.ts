// What a step ordered, a word for each effect, for tables.
import type { Effect, Fact } from '../../src/core/types.ts';
import { web } from './director.ts';

/** Of the other group nothing is told. */
export function inWords(effect: Effect): readonly string[] {
  switch (effect.type) {
    case 'sendAdvert':
      return [`advert${effect.advert.solicit ? '?' : ''}${effect.to === 'all' ? '' : `>${effect.to}`}`];
    case 'announce':
      return effect.vrid === web ? ['announce'] : [];
    case 'announceSelf':
      return [`announceSelf(${effect.dev})`];
    case 'answer':
      return [effect.outcome.ok ? 'ok' : `refused(${effect.outcome.reason})`];
    case 'report':
      return 'vrid' in effect.fact && effect.fact.vrid !== web ? [] : [factInWords(effect.fact)];
    case 'exit':
      return ['exit'];
  }
}

function factInWords(fact: Fact): string {
  if ('reason' in fact) return `${fact.type}(${fact.reason})`;
  return fact.type === 'stopped' ? `stopped(${fact.released ? 'released' : 'not released'})` : fact.type;
}
