// The shape of a file, told by zod schemas, and what is wrong with it told in our words.
// Convention: the error text of every schema here says what was expected; what was found is read from the file. What a key is
// for is its description, `.describe(...)`, from which jsonSchema.ts and keyTable.ts make what editors and people read.
import * as z from 'zod';
import type { Problem } from '../errors/place.ts';
import { oneOf, suggestion } from './nearest.ts';
import type { Path, YamlTree } from './yaml.ts';

/** A mapping with these keys and no others. For unknown keys the error text has one line for each of them. */
export function section<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => suggestion(key, known)).join('\n')
        : `a mapping with the keys ${known.join(', ')}`,
  });
}

/** A value written as text: `read` gives what it means, or undefined when it means nothing. `form` tells editors as much of that
 *  as a pattern can: what it does not match `read` must not take either. */
export function written<Value>(expected: string, read: (text: string) => Value | undefined, form?: RegExp) {
  const text = form === undefined ? z.string(expected) : z.string(expected).meta({ pattern: form.source });
  return text.transform((text, context): Value => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input: text });
    return z.NEVER;
  });
}

export const matching = (expected: string, pattern: RegExp) => z.string(expected).regex(pattern, expected);

export function whole(least: number, most: number, what: string) {
  const expected = `${what}, a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

export const listOf = <Item extends z.ZodType>(item: Item, expected: string) => z.array(item, expected);

export const choice = <const Words extends readonly [string, ...string[]]>(words: Words) => z.enum(words, oneOf(words));

export const yesOrNo = z.boolean('true or false');

export function problemsOf(error: z.ZodError, tree: YamlTree): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, tree));
}

function problemsOfIssue(issue: z.core.$ZodIssue, tree: YamlTree): Problem[] {
  if (issue.code === 'invalid_union') {
    const meant = meantForm(issue);
    if (meant !== undefined) return meant.flatMap((one) => problemsOfIssue({ ...one, path: [...issue.path, ...one.path] }, tree));
  }
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code !== 'unrecognized_keys') return [{ place: tree.placeOf(path), what: whatIsAt(path, tree.value), expected: issue.message }];
  const expected = issue.message.split('\n');
  return issue.keys.map((key, index) => ({
    place: tree.placeOfKey([...path, key]),
    what: `unknown key ${pathText([...path, key])}`,
    expected: expected[index] ?? '',
  }));
}

/** Of a value with two forms (a text, or a mapping): what is wrong with it in the form that it has. Undefined when it has neither. */
function meantForm({ errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  return errors.find((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0));
}

/** `groups[0].vrid is 300`, `cluster is missing`. */
export function whatIsAt(path: Path, root: unknown): string {
  const value = path.reduce(childOf, root);
  return value === undefined ? `${pathText(path)} is missing` : `${pathText(path)} is ${valueText(value)}`;
}

export function pathText(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return Object.getOwnPropertyDescriptor(value, step)?.value;
}

function valueText(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return JSON.stringify(shortened(withoutSecrets(value)));
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value !== undefined && Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

/** A mistyped URL must not carry its password into a log, which in a web address is often its path. */
const withoutSecrets = (text: string): string =>
  text.replace(/:\/\/[^/]*@/, '://***@').replace(/^((?!redis)\w+:\/\/[^/\s]+\/)\S.*$/, '$1***');
