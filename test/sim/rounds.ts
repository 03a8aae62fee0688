// The order of adverts of one director: (incarnation, sequence).

export interface Round {
  readonly incarnation: number;
  readonly sequence: number;
}

export function isNewer(round: Round, than: Round): boolean {
  return round.incarnation === than.incarnation ? round.sequence > than.sequence : round.incarnation > than.incarnation;
}

export const roundText = (round: Round): string => `${round.incarnation}.${round.sequence}`;
