import fc, { type Arbitrary } from 'fast-check';
import * as z from 'zod';
import { isIdempotent } from '../../src/operations/derive.ts';
import { type OperationName, operationNamed } from '../../src/operations/index.ts';

type Members = Record<string, unknown>;
/** Which optional members appear: any selection, or all of them, with no list empty. */
type Extent = 'some' | 'all';

/** Inputs that are valid by the catalog; `clientToken` is always given where the operation takes one. */
export function validInput(name: OperationName): Arbitrary<Members> {
  const operation = operationNamed(name);
  const token = isIdempotent(operation) ? { clientToken: 'token-of-the-test' } : {};
  return (arbitrary(operation.input(), 'some') as Arbitrary<Members>).map((input) => ({ ...input, ...token }));
}

/** Response bodies in wire form that contain every output member at every depth. */
export function fullOutput(name: OperationName): Arbitrary<Members> {
  return arbitrary(operationNamed(name).output(), 'all') as Arbitrary<Members>;
}

function arbitrary(schema: z.ZodType, extent: Extent): Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return arbitrary(schema.unwrap() as z.ZodType, extent);
  if (schema instanceof z.ZodObject) return members(schema, extent);
  if (schema instanceof z.ZodArray) return list(schema, extent);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodRecord) return dictionary(schema, extent);
  if (schema instanceof z.ZodString) return text(schema);
  if (schema instanceof z.ZodNumber) return number(schema);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodCodec) return epochSeconds;
  throw new Error(`no arbitrary for ${schema.def.type}`);
}

function members(schema: z.ZodObject, extent: Extent): Arbitrary<unknown> {
  const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
  const model = Object.fromEntries(shape.map(([name, member]) => [name, arbitrary(member, extent)]));
  const required = shape.filter(([, member]) => !(member instanceof z.ZodOptional)).map(([name]) => name);
  return fc.record(model, { noNullPrototype: true, ...(extent === 'all' ? {} : { requiredKeys: required }) });
}

function list(schema: z.ZodArray, extent: Extent): Arbitrary<unknown> {
  const minLength = Math.max(declared<number>(schema, 'minimum') ?? 0, extent === 'all' ? 1 : 0);
  return fc.array(arbitrary(schema.element as z.ZodType, extent), { minLength, maxLength: minLength + 2 });
}

function dictionary(schema: z.ZodRecord, extent: Extent): Arbitrary<unknown> {
  const names = arbitrary(schema.keyType as z.ZodType, extent) as Arbitrary<string>;
  const keys = names.filter((name) => name !== '__proto__');
  const values = arbitrary(schema.valueType as z.ZodType, extent);
  return fc.dictionary(keys, values, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
}

function text(schema: z.ZodString): Arbitrary<string> {
  const pattern = declared<RegExp>(schema, 'pattern');
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.min(schema.maxLength ?? Number.POSITIVE_INFINITY, minLength + 20);
  const strings =
    pattern === undefined || pattern.unicode
      ? fc.string({ unit: 'grapheme', minLength, maxLength })
      : fc.stringMatching(withoutLookahead(pattern));
  return strings.map((value) => value.padEnd(minLength, 'a')).filter((value) => schema.safeParse(value).success);
}

/** The value of `property` in the first check of the schema that has it. */
function declared<T>(schema: z.ZodType, property: 'minimum' | 'pattern'): T | undefined {
  const checks = (schema.def.checks ?? []).map((check) => check._zod.def as object as Record<string, T | undefined>);
  return checks.map((check) => check[property]).find((value) => value !== undefined);
}

/** fast-check knows no lookahead (nor negated \p classes); the schema rejects what a dropped lookahead would have rejected. */
const withoutLookahead = (pattern: RegExp) =>
  new RegExp(pattern.source.replaceAll(/\(\?![^()]*\)/g, ''), pattern.flags);

function number(schema: z.ZodNumber): Arbitrary<number> {
  const min = schema.minValue ?? undefined;
  const max = schema.maxValue ?? undefined;
  if (schema.isInt) return fc.integer({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
  return fc
    .double({ min: Math.max(min ?? -1e9, -1e9), max: Math.min(max ?? 1e9, 1e9), noNaN: true })
    .map((value) => value + 0);
}

const epochSeconds = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map((milliseconds) => milliseconds / 1000);
