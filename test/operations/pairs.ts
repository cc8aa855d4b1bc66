import * as z from 'zod';
import { OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts';
import { declaredSide, officialShape, officialSide, type Shape, SIDES, type Side } from './official.ts';

/** One of our schemas, with the shape of the model that it represents. */
export interface Pair {
  /** Such as `CreateKxCluster.input.databases[].databaseName`. */
  readonly place: string;
  /** The name of the shape, and what the model says about it. */
  readonly shape: string;
  readonly definition: Shape;
  readonly schema: z.ZodType;
}

/** One side of an operation with everything in it, to every depth that both the schema and the model have. */
export function pairs(name: OperationName, side: Side, schema: z.ZodType = declaredSide(name, side)): Pair[] {
  return descend({ place: `${name}.${side}`, ...officialSide(name, side), schema });
}

/** The pairs of all operations, both sides. */
export const allPairs = (): Pair[] => OPERATION_NAMES.flatMap((name) => SIDES.flatMap((side) => pairs(name, side)));

function descend(pair: Pair): Pair[] {
  return [pair, ...within(pair).flatMap(descend)];
}

function within({ place, definition, schema }: Pair): Pair[] {
  const pair = (step: string, shape: string, inner: unknown): Pair => ({
    place: place + step,
    shape,
    definition: officialShape(shape),
    schema: unwrapped(inner as z.ZodType),
  });
  if (schema instanceof z.ZodObject)
    return (definition.members ?? [])
      .filter(({ name }) => name in schema.shape)
      .map(({ name, shape }) => pair(`.${name}`, shape, schema.shape[name]));
  if (schema instanceof z.ZodArray && definition.of !== undefined) return [pair('[]', definition.of, schema.element)];
  if (schema instanceof z.ZodRecord && definition.key !== undefined && definition.value !== undefined)
    return [pair('{key}', definition.key, schema.keyType), pair('{value}', definition.value, schema.valueType)];
  return [];
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrapped(schema.unwrap() as z.ZodType) : schema;

/** A schema and every schema in it, optional wrappers included: they may carry the description. */
export function everySchema(schema: z.ZodType): z.ZodType[] {
  return [schema, ...(children(schema) as z.ZodType[]).flatMap(everySchema)];
}

function children(schema: z.ZodType): unknown[] {
  if (schema instanceof z.ZodOptional) return [schema.unwrap()];
  if (schema instanceof z.ZodObject) return Object.values(schema.shape);
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.keyType, schema.valueType];
  return [];
}

/** The regular expressions that a string must match. */
export function patterns(schema: z.ZodType): RegExp[] {
  const checks = (schema.def as z.core.$ZodTypeDef).checks ?? [];
  return checks.flatMap(({ _zod: { def } }) =>
    'pattern' in def && def.pattern instanceof RegExp ? [def.pattern] : [],
  );
}
