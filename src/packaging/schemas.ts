// What is made from the shapes of the two files: a JSON Schema of each for editors, and the reference of their keys for people.
import { configSchema } from '../config/schema.ts';
import { rulesSchema } from '../rules/loadShape.ts';
import { type JsonSchema, jsonSchemaOf } from '../text/jsonSchema.ts';
import { keyTables } from './keyTable.ts';

/** Texts by their places in the repository. */
export function filesFromShapes(): Readonly<Record<string, string>> {
  const config = jsonSchemaOf(configSchema, 'Configuration of vspair');
  const rules = jsonSchemaOf(rulesSchema, 'Rules of vspair');
  return {
    'config/schema/vspair.schema.json': schemaText(config),
    'config/schema/rules.schema.json': schemaText(rules),
    'config/KEYS.md': referenceText(config, rules),
  };
}

const schemaText = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`;

const referenceText = (config: JsonSchema, rules: JsonSchema): string => `# Every key

Made by \`npm run schema\` from the code that reads the files. Both are YAML 1.2. A key that is not listed, or a value that is not
taken, is an error with its place: \`vspair check\`, \`vspair rules check FILE\`. Times carry their unit (\`200ms\`, \`1.5s\`, \`5m\`, \`2h\`).

## The configuration, vspair.yaml

${keyTables(config)}
## The rules, rules.yaml

${keyTables(rules)}`;
