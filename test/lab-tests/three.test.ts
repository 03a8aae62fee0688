// Three directors: of two backups one takes over, and the other lets it.
import { expect, test } from 'vitest';
import { virtualAddresses } from '../lab/plan.ts';
import { saysActive, Wire } from './wire.ts';
import { withPair } from './withPair.ts';

const { outside } = virtualAddresses;

test('of two backups the one of higher priority takes over, once for every director that dies, and never both', () =>
  withPair({ shape: { directors: 3 }, echo: false }, async ({ cluster, watch, directors }) => {
    const [, , vs3] = directors;
    if (vs3 === undefined) throw new Error('there is no third director');
    const wire = await Wire.tap(vs3);
    await watch.forget();
    cluster.vs1.crash();
    await wire.advert('vsbak', saysActive);
    await wire.rounds('vs3', 10);
    expect((await watch.changes(outside)).filter((change) => change.endsWith('added'))).toEqual(['vsbak added']);
    expect(wire.adverts('vs3').filter(({ advert }) => advert.groups.some(saysActive))).toEqual([]);
    cluster.vsbak.crash();
    await wire.advert('vs3', saysActive);
    await watch.until(outside, ['vs3']);
  }));
