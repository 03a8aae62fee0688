// Reads a rules file: a RulesDocument, or all that is wrong with it, each with its place. A file that is wrong in one
// line gives no document at all.
import { inOrder, type Problem } from '../errors/place.ts';
import { fieldsOf, numberIn } from '../text/found.ts';
import { suggestion } from '../text/nearest.ts';
import { pathText, problemsOf } from '../text/shape.ts';
import { type PlaceOf, readYaml, readYamlFile, type YamlReading, type YamlTree } from '../text/yaml.ts';
import { type RulesDocument, rulesFormat, type ServiceMatch } from './document.ts';
import { documentOf } from './loadDocument.ts';
import { doubts } from './loadDoubts.ts';
import { contradictions } from './loadRelations.ts';
import { rulesSchema } from './loadShape.ts';

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
  const newer = newerFormat(tree);
  if (newer !== undefined) return { ok: false, problems: [newer] };
  const shape = rulesSchema.safeParse(tree.value);
  const problems = [...syntax, ...(shape.success ? [] : problemsOf(shape.error, tree)), ...contradictions(tree.value, tree.placeOf)];
  if (!shape.success || problems.length > 0) return { ok: false, problems: inOrder(problems) };
  const document = documentOf(shape.data);
  return { ok: true, document, warnings: inOrder(doubts(document, tree.placeOf)), placeOf: tree.placeOf };
}

/** Then nothing else in the file can be judged. */
function newerFormat({ value, placeOf }: YamlTree): Problem | undefined {
  const format = numberIn(fieldsOf(value)['format']);
  if (format === undefined || !Number.isInteger(format) || format <= rulesFormat) return undefined;
  const what = `the file is of format ${format}, for a newer vspair`;
  return { place: placeOf(['format']), what, expected: `at most format ${rulesFormat}, the newest that this vspair reads` };
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
        expected: suggestion(address, vips),
      },
    ];
  });
}

/** Servers that the kernel refuses while it synchronises connections (ip_vs_ctl.c): its messages know one family for both ends. */
export function mixedFamiliesBesideSync({ document, placeOf }: LoadedRules): Problem[] {
  return document.services.flatMap((service, index) =>
    service.servers.flatMap(({ address }, position) => {
      if (address.includes(':') === (familyOfMatch(service.match) === 6)) return [];
      const path = ['services', index, 'servers', position, 'address'];
      const what = `${pathText(path)} is of another family than its service, while the configuration has ipvs.connectionSync`;
      return [{ place: placeOf(path), what, expected: 'one of the two: the kernel refuses to have both' }];
    }),
  );
}

const familyOfMatch = (match: ServiceMatch): 4 | 6 => {
  if (match.by === 'mark') return match.family;
  return match.address.includes(':') ? 6 : 4;
};
