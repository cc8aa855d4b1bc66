import fc from 'fast-check';
import * as z from 'zod';
import type { OperationName } from '../../src/operations/index.ts';
import { declaredSide, officialShape, officialSide, type Shape } from '../operations/official.ts';
import { strings } from '../operations/strings.ts';

export type Json = Record<string, unknown>;

/** A request that breaks one rule of the official model, and the member that breaks it. */
export interface Violation {
  readonly what: string;
  readonly member: string;
  readonly input: Json;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly shape: string;
  readonly definition: Shape;
  readonly schema: z.ZodType;
}

/** A request with every member of an operation, each of them valid. */
export function wholeInput(name: OperationName): Json {
  return whole(root(name)) as Json;
}

/** One request for each constraint on the input of an operation, at every depth: required, type, enum, length, size, range, pattern. */
export function violationsOf(name: OperationName): Violation[] {
  const base = wholeInput(name);
  return placesIn(root(name)).flatMap(({ path, ...place }) =>
    wrongValues(place).map(([what, value]) => ({
      what: `${path.join('.') || 'input'} ${what}`,
      member: String(path.find((step) => typeof step === 'string') ?? ''),
      input: changed(base, path, value) as Json,
    })),
  );
}

const root = (name: OperationName): Place => {
  const { shape, definition } = officialSide(name, 'input');
  return { path: [], shape, definition, schema: declaredSide(name, 'input') };
};

function placesIn(place: Place): Place[] {
  return [...(place.path.length === 0 ? [] : [place]), ...childrenOf(place).flatMap(placesIn)];
}

function childrenOf({ path, definition, schema }: Place): Place[] {
  const child = (step: string | number, shape: string, inner: unknown): Place => ({
    path: [...path, step],
    shape,
    definition: officialShape(shape),
    schema: unwrapped(inner as z.ZodType),
  });
  if (schema instanceof z.ZodObject) {
    return (definition.members ?? []).map(({ name, shape }) => child(name, shape, schema.shape[name]));
  }
  return schema instanceof z.ZodArray && definition.of !== undefined ? [child(0, definition.of, schema.element)] : [];
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrapped(schema.unwrap() as z.ZodType) : schema;

function whole(place: Place): unknown {
  const { definition, schema, shape } = place;
  if (schema instanceof z.ZodObject) {
    return Object.fromEntries(childrenOf(place).map((child) => [child.path.at(-1), whole(child)]));
  }
  if (schema instanceof z.ZodArray) return [whole(childrenOf(place)[0] as Place)];
  if (definition.type === 'map')
    return {
      [sample(definition.key ?? '', (schema as z.ZodRecord).keyType)]: sample(
        definition.value ?? '',
        (schema as z.ZodRecord).valueType,
      ),
    };
  if (definition.enum !== undefined) return definition.enum[0];
  if (definition.type === 'string') return sample(shape, schema);
  return definition.type === 'boolean' ? false : (definition.min ?? 1);
}

const samples = new Map<string, string>();

/** A string that the shape accepts, the same each time. */
function sample(shape: string, schema: unknown): string {
  const known = samples.get(shape);
  if (known !== undefined) return known;
  const isPlain = (text: string) => /^[\x21-\x7e][\x20-\x7e]*$/.test(text) && !/^[^:]*%/.test(text);
  const valid = strings(shape).filter((text) => isPlain(text) && (schema as z.ZodType).safeParse(text).success);
  const [found = ''] = fc.sample(valid, { seed: 7, numRuns: 1 });
  samples.set(shape, found);
  return found;
}

const SIZED = new Set(['string', 'list', 'map']);
const REMOVED = Symbol('removed');
const ODD = ['!', '☃', ' ', '-', '_x', 'x y', '//', 'ÿ', '.', ':', '\n'];

type Wrong = readonly [what: string, value: unknown];

function wrongValues({ definition, schema, shape, ...place }: Omit<Place, 'path'>): Wrong[] {
  const { min, max } = definition;
  const refused = (value: unknown) => !schema.safeParse(value).success;
  const missing: Wrong[] = (definition.members ?? [])
    .filter(({ required }) => required)
    .map(({ name }) => [
      `without ${name}`,
      { ...(whole({ path: [], definition, schema, shape, ...place }) as Json), [name]: REMOVED },
    ]);
  const sized = (size: number): unknown => {
    if (definition.type === 'list')
      return Array.from({ length: size }, () => whole(childrenOf({ path: [], definition, schema, shape })[0] as Place));
    if (definition.type === 'map')
      return Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, 'v']));
    if (definition.type !== 'string') return size;
    const text = sample(shape, schema);
    return size < text.length
      ? text.slice(0, size)
      : text.slice(0, -1) + 'a'.repeat(size - text.length) + text.slice(-1);
  };
  const bounded = definition.enum === undefined;
  const odd =
    definition.type === 'string' && bounded ? ODD.map((text) => sample(shape, schema) + text).find(refused) : undefined;
  return [
    ...missing,
    ...(definition.type === 'map' ? wrongEntries(definition) : []),
    ...(bounded && min !== undefined && (min > 0 || !SIZED.has(definition.type))
      ? ([['below its minimum', sized(min - 1)]] as Wrong[])
      : []),
    ...(bounded && max !== undefined && max < 100_000_000 ? ([['above its maximum', sized(max + 1)]] as Wrong[]) : []),
    ...(definition.enum === undefined ? [] : ([['outside its values', 'NOPE']] as Wrong[])),
    ...(odd === undefined ? [] : ([['against its pattern', odd]] as Wrong[])),
    ...(definition.type === 'integer' ? ([['with a fraction', 1.5]] as Wrong[]) : []),
    ...(definition.type === 'string'
      ? []
      : ([['of a wrong type', definition.type === 'list' ? { a: 1 } : 'wrong']] as Wrong[])),
  ];
}

function changed(value: unknown, [step, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (step === undefined) return without(by);
  if (Array.isArray(value))
    return value.map((element, index) => (index === step ? changed(element, rest, by) : element));
  return { ...(value as Json), [step]: changed((value as Json)[step], rest, by) };
}

function without(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== REMOVED));
}

/** Entries of a map whose key or value is too long, or empty. */
function wrongEntries({ key = '', value = '' }: Shape): Wrong[] {
  const long = (shape: string) => 'x'.repeat((officialShape(shape).max ?? 0) + 1);
  return [
    ['with an empty key', { '': 'x' }],
    ['with a key above its maximum', { [long(key)]: 'x' }],
    ['with a value above its maximum', { k: long(value) }],
  ];
}
