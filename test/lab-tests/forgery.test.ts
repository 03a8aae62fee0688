// Adverts that no director sent, or not now: they are dropped, and counted by cause.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSecret } from '../../src/config/secret.ts';
import { type Advert, millis } from '../../src/core/types.ts';
import { type AdvertEnvelope, encodeAdvert } from '../../src/wire/advert.ts';
import { clusterId, nodeIds } from '../../src/wire/identity.ts';
import { labNow } from '../lab/clock.ts';
import { virtualAddresses } from '../lab/plan.ts';
import { type Forger, type Forgery, startForger } from './forger.ts';
import { assertForeignUntouched, type Pair, startMs, startPair } from './pair.ts';
import { saysActive, Wire } from './wire.ts';

const { outside } = virtualAddresses;

/** Often enough for a backup that believed them. */
const replayEveryMs = 250;

/** An advert by which vsbak would make vs1 yield: active, of a higher priority, and in a life to come. */
const claim: Advert = {
  from: 'vsbak',
  incarnation: 1_000_000,
  sequence: 1,
  interval: millis(200),
  solicit: false,
  rules: { revision: 0, digest: '0'.repeat(16), ready: true },
  groups: [{ vrid: 51, phase: 'active', priority: 254, holding: true, handover: undefined }],
};

describe('adverts', () => {
  let pair: Pair;
  let wire: Wire;
  let forger: Forger;
  let envelope: AdvertEnvelope;
  beforeAll(async () => {
    pair = await startPair({ echo: false });
    wire = await Wire.tap(pair.vsbak);
    forger = await startForger(pair.cluster.real1);
    const [key] = loadSecret(join(pair.vs1.folder, 'secret'));
    if (key === undefined) throw new Error('the secret has no key');
    envelope = { cluster: clusterId('lab'), nodes: nodeIds(['vs1', 'vsbak']), link: 0, key, echo: undefined };
  });
  afterAll(() => pair.cluster.close());

  test('are sent with TTL 255, which no router lets through unchanged', async () => {
    await wire.rounds('vs1', 2);
    await wire.rounds('vsbak', 2);
    const seen = [...wire.adverts('vs1'), ...wire.adverts('vsbak')];
    expect(new Set(seen.map(({ frame }) => frame.ttl))).toEqual(new Set([255]));
  });

  test.each<[string, string | undefined, () => Partial<Forgery>]>([
    ['that came through a router (TTL 254)', undefined, () => ({ ttl: 254 })],
    [
      'signed with another key',
      'wrong-key',
      () => ({ payload: encodeAdvert(claim, { ...envelope, key: { ...envelope.key, key: randomBytes(32) } }) }),
    ],
    [
      'signed with a key that is not in the secret',
      'unknown-key',
      () => ({ payload: encodeAdvert(claim, { ...envelope, key: { ...envelope.key, id: 9 } }) }),
    ],
    ['of another cluster', 'unknown-cluster', () => ({ payload: encodeAdvert(claim, { ...envelope, cluster: clusterId('other') }) })],
    ['from an address that is not the sender’s', 'wrong-source', () => ({ source: '10.0.0.11' })],
    ['for another link', 'wrong-source', () => ({ payload: encodeAdvert(claim, { ...envelope, link: 1 }) })],
    ['that are no adverts at all', 'malformed', () => ({ payload: randomBytes(200) })],
  ])('%s are ignored', async (_, cause, forgery) => {
    const { vs1, vsbak, watch } = pair;
    await watch.forget();
    const droppedBefore = await dropped(cause);
    forger.send({ to: vs1.host, source: vsbak.host.leg().address, payload: encodeAdvert(claim, envelope), ...forgery() });
    if (cause !== undefined) await vs1.until(({ self }) => (self.keeper.adverts.dropped[cause] ?? 0) > droppedBefore);
    await wire.rounds('vs1', 5);
    expect(await watch.allChanges()).toEqual([]);
  });

  test('replayed from a dead director keep no backup from taking over, not even one that was restarted meanwhile', async () => {
    const { vs1, vsbak, watch } = pair;
    // What a restarted director remembers of its peers may be a second old.
    const old = wire.adverts('vs1').filter(({ at, advert }) => at < labNow() - 1500 && advert.groups.some(saysActive));
    expect(old.length * replayEveryMs).toBeGreaterThan(5000);
    await vsbak.stop('SIGKILL');
    await vs1.stop('SIGKILL');
    const startedAt = labNow();
    vsbak.start();
    await wire.advert('vsbak', () => true, startedAt, startMs);
    let replayed = 0;
    const replaying = setInterval(() => {
      const next = old[replayed];
      if (next !== undefined) forger.send({ to: vsbak.host, source: next.frame.source, payload: next.frame.payload });
      replayed += 1;
    }, replayEveryMs);
    await watch.until(outside, ['vsbak'], startMs);
    clearInterval(replaying);
    expect(replayed).toBeLessThan(old.length);
  });

  test('signed, fresh, from the right place and with TTL 255 are believed: so the others were not for their own reasons', async () => {
    const { vs1, vsbak, watch } = pair;
    const payload = encodeAdvert({ ...claim, from: 'vs1' }, envelope);
    forger.send({ to: vsbak.host, source: vs1.host.leg().address, payload });
    await watch.until(outside, []);
    for (const { host } of pair.directors) await assertForeignUntouched(host);
  });

  const dropped = async (cause: string | undefined): Promise<number> =>
    (await pair.vs1.status()).self.keeper.adverts.dropped[cause ?? ''] ?? 0;
});
