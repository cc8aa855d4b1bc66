import { Ajv2020 } from 'ajv/dist/2020.js';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { operationOf } from '../../src/operations/naming.ts';
import { describedTools } from '../../src/tools/list.ts';
import { argumentsIn, LISTED, type ListedSchema } from './listed.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Arguments that are maps, whose keys the caller chooses. */
const MAPS = ['tags', 'attributeMap', 'arguments'];

describe.each(LISTED)('the input schema of $name', ({ inputSchema }) => {
  it('is strictly valid JSON Schema 2020-12', () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: true, strictTypes: true });
    expect(ajv.validateSchema(inputSchema)).toBe(true);
    expect(ajv.compile(inputSchema)).toBeTypeOf('function');
  });

  it('can be made strict for OpenAI, except for maps, which its strict mode does not support', () => {
    expect(againstOpenAi(strict(inputSchema as Schema))).toEqual(mapsIn(inputSchema as ListedSchema));
  });

  it('uses only what Gemini supports, and no object with an empty list of properties', () => {
    const schemas = everySchema(inputSchema as Schema);
    expect(schemas.flatMap((schema) => Object.keys(schema).filter((keyword) => !GEMINI.has(keyword)))).toEqual([]);
    expect(schemas.filter(({ properties }) => properties && Object.keys(properties).length === 0)).toEqual([]);
    expect(schemas.filter(({ type }) => typeof type !== 'string')).toEqual([]);
    expect(schemas.filter((schema) => schema['type'] === 'array' && schema['items'] === undefined)).toEqual([]);
    expect(schemas.filter((schema) => schema['enum'] !== undefined && schema['type'] !== 'string')).toEqual([]);
  });

  it('forbids other members in every object, except in maps', () => {
    const open = everySchema(inputSchema as Schema).filter(
      (schema) => schema['properties'] !== undefined && schema['additionalProperties'] !== false,
    );
    expect(open).toEqual([]);
  });
});

describe('the schemas', () => {
  it(`have maps only in the arguments ${MAPS.join(', ')}`, () => {
    const names = LISTED.flatMap(({ inputSchema }) =>
      argumentsIn(inputSchema as ListedSchema).filter(({ schema }) => isMap(schema)),
    );
    expect([...new Set(names.map(({ name }) => name))].sort()).toEqual([...MAPS].sort());
  });

  it('cost at most 14,000 tokens for the operations, 16,400 for all tools and 1,800 for each', () => {
    const cost = (tools: readonly object[]) => countTokens(JSON.stringify({ tools }));
    const all = describedTools();
    expect(cost(all.filter(({ name }) => operationOf(name) !== undefined))).toBeLessThanOrEqual(14_000);
    expect(cost(all)).toBeLessThanOrEqual(16_400);
    expect(Math.max(...all.map((tool) => countTokens(JSON.stringify(tool))))).toBeLessThanOrEqual(1_800);
  });
});

/** The JSON Schema keywords that Gemini documents for function declarations. */
const GEMINI = new Set([
  ...['type', 'title', 'description', 'enum', 'items', 'minItems', 'maxItems', 'minimum', 'maximum', 'anyOf'],
  ...['properties', 'required', 'additionalProperties', 'propertyOrdering'],
]);
/** Those that OpenAI documents for its strict mode. */
const OPENAI = new Set([
  ...['type', 'description', 'enum', 'items', 'minItems', 'maxItems', 'minimum', 'maximum', 'anyOf'],
  ...['properties', 'required', 'additionalProperties'],
]);
const DEEPEST = 10;

const isMap = ({ type, properties }: Pick<ListedSchema, 'type' | 'properties'>) =>
  type === 'object' && properties === undefined;
const mapsIn = (schema: ListedSchema) =>
  argumentsIn(schema)
    .filter(({ schema: each }) => isMap(each))
    .map(({ path }) => `${path}: a map`);

/** What clients must do for OpenAI's strict mode, as documented: all members are required, and optional ones may be null. */
function strict(schema: Schema): Schema {
  const { properties, items, required = [], ...rest } = schema;
  const members = Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, member]) => {
    const own = strict(member);
    return [name, (required as string[]).includes(name) ? own : nullable(own)] as const;
  });
  return {
    ...rest,
    ...(items === undefined ? {} : { items: strict(items as Schema) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(members), required: members.map(([name]) => name) }),
  };
}

const nullable = (schema: Schema): Schema => ({
  ...schema,
  type: [schema['type'], 'null'],
  ...(schema['enum'] === undefined ? {} : { enum: [...(schema['enum'] as unknown[]), null] }),
});

/** What the strict mode would reject, with its place. */
function againstOpenAi(schema: Schema, path = '', depth = 0): string[] {
  const { type, properties, items, required = [], additionalProperties } = schema;
  const members = Object.entries((properties ?? {}) as Record<string, Schema>);
  const isObject = [type].flat().includes('object');
  if (isObject && properties === undefined) return [`${path}: a map`];
  const step = (name: string) => (path === '' ? name : `${path}.${name}`);
  return [
    ...Object.keys(schema)
      .filter((keyword) => !OPENAI.has(keyword))
      .map((keyword) => `${path}: ${keyword}`),
    ...(isObject && additionalProperties !== false ? [`${path}: open`] : []),
    ...(isObject && (required as string[]).length < members.length ? [`${path}: not all required`] : []),
    ...(depth > DEEPEST ? [`${path}: too deep`] : []),
    ...members.flatMap(([name, member]) => againstOpenAi(member, step(name), depth + 1)),
    ...(items === undefined ? [] : againstOpenAi(items as Schema, `${path}[]`, depth + 1)),
  ];
}

/** A schema and every schema in it. */
function everySchema(schema: Schema): Schema[] {
  const { properties = {}, items, additionalProperties } = schema;
  const inner = [...Object.values(properties as object), items, additionalProperties];
  return [
    schema,
    ...inner.filter((each): each is Schema => typeof each === 'object' && each !== null).flatMap(everySchema),
  ];
}
