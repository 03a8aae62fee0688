// What the values of a configuration demand of each other.
import type { Problem } from '../errors/place.ts';
import { isInNetworkOf } from '../text/address.ts';
import type { Found } from '../text/found.ts';
import { oneOf, suggestion } from '../text/nearest.ts';
import { repeated } from '../text/repeated.ts';
import { pathText } from '../text/shape.ts';
import type { YamlTree } from '../text/yaml.ts';
import type { Draft, DraftGroup } from './draft.ts';
import { redisContradictions } from './redisRelations.ts';
import { nameExpected, namePattern } from './schema.ts';

type Places = Pick<YamlTree, 'placeOf' | 'placeOfKey'>;

/** Every contradiction, in no particular order. */
export function contradictions(draft: Draft, places: Places): Problem[] {
  return [
    ...onlyOneDirector(draft, places),
    ...badDirectorNames(draft, places),
    ...unevenLinks(draft, places),
    ...mixedFamilies(draft, places),
    ...repeated(heartbeatAddresses(draft), 'an address of its own for every director and link', places.placeOf),
    ...repeated(groupNames(draft), 'a name of its own for every group', places.placeOf),
    ...repeated(vrids(draft), 'a VRID of its own for every group', places.placeOf),
    ...repeated(vipAddresses(draft), 'each virtual IP in one group, once', places.placeOf),
    ...vipsOwnedByDirectors(draft, places),
    ...unknownOverrides(draft, places),
    ...redisContradictions(draft.state, places),
  ];
}

/** What works, but probably not as the writer meant it. */
export function doubts(draft: Draft, places: Places): Problem[] {
  return [
    ...equalPriorities(draft, places),
    ...heartbeatBesideTheVips(draft, places),
    ...idleDelays(draft, places),
    ...vipsOnLoopback(draft, places),
    ...openMetrics(draft, places),
  ];
}

function onlyOneDirector({ directors }: Draft, { placeOf }: Places): Problem[] {
  const [only, ...others] = directors;
  if (only === undefined || others.length > 0) return [];
  return [{ place: placeOf(['directors']), what: `directors names only ${only.name}`, expected: 'two directors at least' }];
}

function badDirectorNames({ directors }: Draft, { placeOfKey }: Places): Problem[] {
  return directors
    .filter((director) => !namePattern.test(director.name))
    .map((director) => ({
      place: placeOfKey(director.at),
      what: `the director's name is ${JSON.stringify(director.name)}`,
      expected: nameExpected,
    }));
}

function unevenLinks({ directors }: Draft, { placeOf }: Places): Problem[] {
  const [first, ...others] = directors.filter((director) => director.addresses.length > 0);
  if (first === undefined) return [];
  return others
    .filter((director) => director.addresses.length !== first.addresses.length)
    .map((director) => ({
      place: placeOf([...director.at, 'addresses']),
      what: `heartbeat addresses: ${director.addresses.length} on ${director.name}, ${first.addresses.length} on ${first.name}`,
      expected: 'one per heartbeat link on every director, in the same order',
    }));
}

function mixedFamilies({ directors }: Draft, { placeOf }: Places): Problem[] {
  const [first, ...others] = directors;
  return others.flatMap((director) =>
    director.addresses.flatMap(({ at, value }, link) => {
      const opposite = first?.addresses[link]?.value;
      if (value === undefined || opposite === undefined || value.family === opposite.family) return [];
      return [
        {
          place: placeOf(at),
          what: `${pathText(at)} is IPv${value.family} and that of ${first?.name ?? ''} is IPv${opposite.family}`,
          expected: 'one family on one heartbeat link',
        },
      ];
    }),
  );
}

const heartbeatAddresses = ({ directors }: Draft): Found<string>[] =>
  directors.flatMap((director) => director.addresses.flatMap(({ at, value }) => (value === undefined ? [] : [{ at, value: value.text }])));

const groupNames = ({ groups }: Draft): Found<string>[] =>
  groups.flatMap(({ at, name }) => (name === undefined ? [] : [{ at: [...at, 'name'], value: name }]));

const vrids = ({ groups }: Draft): Found<number>[] =>
  groups.flatMap(({ at, vrid }) => (vrid === undefined ? [] : [{ at: [...at, 'vrid'], value: vrid }]));

const vipAddresses = ({ groups }: Draft): Found<string>[] =>
  groups.flatMap(({ vips }) =>
    vips.flatMap(({ at, address }) => (address === undefined ? [] : [{ at: [...at, 'address'], value: address.text }])),
  );

function vipsOwnedByDirectors(draft: Draft, { placeOf }: Places): Problem[] {
  const owned = new Set(heartbeatAddresses(draft).map(({ value }) => value));
  return vipAddresses(draft)
    .filter(({ value }) => owned.has(value))
    .map(({ at, value }) => ({
      place: placeOf(at),
      what: `${pathText(at)} is ${value}, the heartbeat address of a director`,
      expected: 'an address that no director has as its own',
    }));
}

function unknownOverrides({ directors, groups }: Draft, { placeOfKey }: Places): Problem[] {
  const names = directors.map((director) => director.name);
  if (names.length === 0) return [];
  return groups.flatMap((group) =>
    group.overrides
      .filter(({ value }) => !names.includes(value.director))
      .map(({ at, value }) => ({
        place: placeOfKey(at),
        what: `${pathText(at)}: there is no director ${value.director}`,
        expected: suggestion(value.director, names),
      })),
  );
}

function equalPriorities(draft: Draft, { placeOf }: Places): Problem[] {
  return draft.groups.flatMap((group) => {
    const ranked = draft.directors.map((director) => ({ name: director.name, priority: priorityIn(group, director) }));
    const tied = ranked.filter(
      ({ priority }) => priority !== undefined && ranked.filter((other) => other.priority === priority).length > 1,
    );
    if (tied.length === 0) return [];
    const what = `group ${group.name ?? group.vrid ?? ''}: ${tied.map(({ name, priority }) => `${name} has priority ${priority}`).join(', ')}`;
    return [{ place: placeOf([...group.at, 'priorities']), what: `${what}; the higher address decides`, expected: 'different priorities' }];
  });
}

const priorityIn = (group: DraftGroup, director: Draft['directors'][number]): number | undefined =>
  group.overrides.find(({ value }) => value.director === director.name)?.value.priority ?? director.priority;

/** Adverts over a separate cable only: a director can be cut off from its clients and stay active. */
function heartbeatBesideTheVips({ directors, groups }: Draft, { placeOf }: Places): Problem[] {
  const addresses = directors.flatMap((director) => director.addresses.flatMap(({ value }) => (value === undefined ? [] : [value])));
  const vips = groups.flatMap((group) => group.vips.flatMap(({ address }) => (address === undefined ? [] : [address])));
  if (addresses.length === 0 || vips.length === 0 || addresses.some((address) => vips.some((vip) => isInNetworkOf(address, vip))))
    return [];
  const what = 'no heartbeat link runs over the network of a virtual IP: a director cut off from its clients would stay active';
  return [{ place: placeOf(['directors']), what, expected: 'one heartbeat address in the network of a virtual IP' }];
}

function idleDelays({ groups }: Draft, { placeOf }: Places): Problem[] {
  return groups
    .filter((group) => group.delayed && group.preempt !== true)
    .map((group) => ({
      place: placeOf([...group.at, 'preemptDelay']),
      what: `${pathText([...group.at, 'preemptDelay'])} has no effect`,
      expected: 'preempt: true beside it',
    }));
}

function vipsOnLoopback({ groups }: Draft, { placeOf }: Places): Problem[] {
  return groups
    .flatMap((group) => group.vips)
    .filter((vip) => vip.dev === 'lo')
    .map(({ at }) => ({
      place: placeOf([...at, 'dev']),
      what: `${pathText([...at, 'dev'])} is lo, where nothing can be announced`,
      expected: `an interface that clients reach, ${oneOf(['eth0', 'bond0'])}`,
    }));
}

function openMetrics({ metricsListen }: Draft, { placeOf }: Places): Problem[] {
  if (metricsListen?.kind !== 'tcp' || metricsListen.isLoopback) return [];
  const what = 'metrics.listen is open to the network, and metrics are told to everyone who asks';
  return [
    { place: placeOf(['metrics', 'listen']), what, expected: 'a loopback address, or a firewall that lets Prometheus alone through' },
  ];
}
