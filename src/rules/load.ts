// Reads a rules file: a RulesDocument, or all that is wrong with it, each with its place. A file that is wrong in one
// line gives no document at all.
import { inOrder, type Problem } from '../errors/place.ts';
import { nearest } from '../text/nearest.ts';
import { pathText, problemsOf } from '../text/shape.ts';
import { type PlaceOf, readYaml, readYamlFile, type YamlReading } from '../text/yaml.ts';
import type { RulesDocument, VirtualService } from './document.ts';
import { matchText } from './kernelServices.ts';
import { contradictions } from './loadRelations.ts';
import { type RulesShape, rulesSchema } from './loadShape.ts';

export interface LoadedRules {
  readonly ok: true;
  readonly document: RulesDocument;
  readonly warnings: readonly Problem[];
  readonly placeOf: PlaceOf;
}

export interface InvalidRules {
  readonly ok: false;
  /** Never empty; in the order of the file. */
  readonly problems: readonly Problem[];
}

/** Throws VspairError when the file cannot be read. */
export const loadRules = (file: string): LoadedRules | InvalidRules => rulesOf(readYamlFile(file));

export const parseRules = (text: string, file: string): LoadedRules | InvalidRules => rulesOf(readYaml(text, file));

function rulesOf({ tree, problems: syntax }: YamlReading): LoadedRules | InvalidRules {
  if (tree === undefined) return { ok: false, problems: syntax };
  const shape = rulesSchema.safeParse(tree.value);
  const problems = [...syntax, ...(shape.success ? [] : problemsOf(shape.error, tree)), ...contradictions(tree.value, tree.placeOf)];
  if (!shape.success || problems.length > 0) return { ok: false, problems: inOrder(problems) };
  const document = { services: shape.data.services.map(serviceOf) };
  return { ok: true, document, warnings: servicesWithoutServers(document, tree.placeOf), placeOf: tree.placeOf };
}

/** Services whose address is no virtual IP of the configuration: IPVS would hold them, and nobody would ever answer for them. */
export function servicesBesideTheVips({ document, placeOf }: LoadedRules, vips: readonly string[]): Problem[] {
  return document.services.flatMap(({ match }, index) => {
    if (match.by === 'mark' || vips.includes(match.address)) return [];
    const { address } = match;
    const path = ['services', index, 'address'];
    return [
      {
        place: placeOf(path),
        what: `${pathText(path)} is ${address}, which is no virtual IP of the configuration`,
        expected: nearest(address, vips) ?? vips.join(', '),
      },
    ];
  });
}

function serviceOf(shape: RulesShape['services'][number]): VirtualService {
  const { address, protocol, scheduler, forward, persistence, persistenceNetmask, onePacket, servers } = shape;
  return {
    match: { by: 'address', protocol, address: address.text, port: address.port, lastPort: undefined },
    scheduler,
    schedulerFlags: [],
    persistence,
    persistenceNetmask,
    persistenceEngine: undefined,
    onePacket,
    drain: undefined,
    servers: servers.map((server) => ({
      ...server,
      address: server.address.text,
      port: server.address.port,
      lastPort: undefined,
      restoreWeight: undefined,
      forward: server.forward ?? forward,
      tunnel: undefined,
    })),
  };
}

function servicesWithoutServers({ services }: RulesDocument, placeOf: PlaceOf): Problem[] {
  return services.flatMap(({ match, servers }, index) => {
    if (servers.length > 0) return [];
    const name = matchText(match);
    return [
      { place: placeOf(['services', index]), what: `service ${name} has no servers: clients are refused`, expected: 'at least one server' },
    ];
  });
}
