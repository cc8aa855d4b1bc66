import * as z from 'zod';
import type { Shape } from './official.ts';
import type { Pair } from './pairs.ts';

/** What both a schema and a shape of the model can say about a value, except patterns. */
export interface Facets {
  readonly type: string;
  readonly members?: readonly string[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly enum?: readonly string[] | undefined;
  /** Bounds of a number, or of the length of a string, list or map. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
export type Facet = keyof Facets;

/** A facet in which one of our schemas differs from the model. */
export interface Difference {
  readonly place: string;
  readonly shape: string;
  readonly facet: Facet;
  readonly ours: unknown;
  readonly official: unknown;
}

/** The facets in which one of our schemas differs from the model. */
export function differences({ place, shape, definition, schema }: Pair): Difference[] {
  const [ours, official] = [facetsOf(schema), officialFacets(definition)];
  const facets = new Set([...Object.keys(ours), ...Object.keys(official)] as Facet[]);
  return [...facets]
    .filter((facet) => JSON.stringify(ours[facet]) !== JSON.stringify(official[facet]))
    .map((facet) => ({ place, shape, facet, ours: ours[facet], official: official[facet] }));
}

function officialFacets({ type, members, enum: values, min, max }: Shape): Facets {
  if (members !== undefined) {
    const required = members.filter((member) => member.required);
    return { type, members: sorted(members.map(nameOf)), required: sorted(required.map(nameOf)) };
  }
  if (values !== undefined) return { type, enum: sorted(values) };
  return { type, min: type === 'string' || type === 'list' ? min || undefined : min, max };
}

function facetsOf(schema: z.ZodType): Facets {
  if (schema instanceof z.ZodObject) return structure(schema);
  if (schema instanceof z.ZodEnum) return { type: 'string', enum: sorted(schema.options.map(String)) };
  if (schema instanceof z.ZodRecord) return { type: 'map', ...sizes(schema) };
  if (schema instanceof z.ZodCodec) return { type: isTimestamp(schema) ? 'timestamp' : 'codec' };
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
  if (schema instanceof z.ZodNumber) return number(schema);
  const json = z.toJSONSchema(schema, { io: 'input' });
  if (schema instanceof z.ZodString) return { type: 'string', min: json.minLength || undefined, max: json.maxLength };
  if (schema instanceof z.ZodArray) return { type: 'list', min: json.minItems || undefined, max: json.maxItems };
  return { type: schema.def.type };
}

function structure(schema: z.ZodObject): Facets {
  const members = Object.entries(schema.shape);
  const required = members.filter(([, member]) => !(member instanceof z.ZodOptional));
  return {
    type: 'structure',
    members: sorted(members.map(([name]) => name)),
    required: sorted(required.map(([name]) => name)),
  };
}

/** The ranges of the API's `integer` and `long`, within the safe integers of JavaScript, which schemas need not state. */
const RANGES: Record<string, { type: string; min: number; max: number }> = {
  int32: { type: 'integer', min: -(2 ** 31), max: 2 ** 31 - 1 },
  safeint: { type: 'long', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
};
const DOUBLE = { type: 'double', min: -Infinity, max: Infinity };

function number({ format, minValue, maxValue }: z.ZodNumber): Facets {
  const { type, min, max } = RANGES[format ?? ''] ?? DOUBLE;
  return {
    type,
    min: minValue === null || minValue === min ? undefined : minValue,
    max: maxValue === null || maxValue === max ? undefined : maxValue,
  };
}

/** How many entries a map accepts, found by trial, because no property of a zod record contains it. */
function sizes(schema: z.ZodRecord): Pick<Facets, 'min' | 'max'> {
  const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']));
  const accepted = Array.from({ length: 100 }, (_, count) => count).filter((n) => schema.safeParse(entries(n)).success);
  const [least, most] = [accepted[0], accepted.at(-1)];
  return { min: least === 0 ? undefined : least, max: most === 99 ? undefined : most };
}

const isTimestamp = (schema: z.ZodCodec) =>
  schema.safeDecode(1.5 as never).data === '1970-01-01T00:00:01.500Z' &&
  schema.safeEncode('1970-01-01T00:00:01.500Z' as never).data === 1.5;

const nameOf = ({ name }: { readonly name: string }) => name;
const sorted = (values: readonly string[]) => [...values].sort();
