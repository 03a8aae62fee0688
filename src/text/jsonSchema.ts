// The shape of a file as JSON Schema, by which editors complete keys and mark mistakes while they are written. It is draft 7,
// the newest that the usual YAML language server reads.
import * as z from 'zod';

/** A node of such a schema, as far as ours have one. */
export interface JsonSchema {
  readonly description?: string;
  /** What was expected, in our words; a keyword of editors, which others pass over. */
  readonly errorMessage?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Of the file as it is written, so that a key with a default is not required. */
export function jsonSchemaOf(schema: z.ZodType, title: string): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // An editor's own words for an unknown key name it; those for a list of keys would not.
      const expected = jsonSchema.properties === undefined ? expectedOf(zodSchema) : undefined;
      if (expected !== undefined) jsonSchema['errorMessage'] = expected;
    },
  });
  return { $schema, title, ...rest } as JsonSchema;
}

/** The error text of our schemas says what was expected, and no key may be empty. Literals have no text of ours. */
function expectedOf(schema: z.core.$ZodType): string | undefined {
  if (schema instanceof z.ZodLiteral) return undefined;
  return z.safeParse(schema, null).error?.issues[0]?.message;
}
