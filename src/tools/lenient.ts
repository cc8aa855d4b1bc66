import * as z from 'zod';
import { isObject } from '../is-object.ts';

/**
 * The arguments of a call with common client mistakes corrected. Optional members that are `null`, `""` or `"null"` are removed,
 * except an empty `NonEmpty` and a `Narrowing` one. Text becomes a number or a boolean where one is expected; a number or a boolean
 * becomes text where a `Scalar` is. One text becomes a list where a list of texts is expected, and an object where a `KeyValue` is; a map
 * becomes a list of such objects. Other spellings of this server's own words become those words. Everything else stays unchanged, for
 * validation.
 */
export function lenient(schema: z.ZodType, given: unknown): unknown {
  if (isOptional(schema)) return lenient(schema.unwrap() as z.ZodType, given);
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType;
    const list = typeof given === 'string' ? listIn(element, given) : pairsIn(element, given);
    return Array.isArray(list) ? list.map((each) => lenient(element, each)) : given;
  }
  if (schema instanceof z.ZodObject && isObject(given)) return membersOf(schema.shape, given);
  if (hasFlag(schema, 'scalar') && (typeof given === 'number' || typeof given === 'boolean')) return String(given);
  if (typeof given !== 'string') return given;
  if (hasFlag(schema, 'keyValue')) return keyValueIn(given);
  if (schema.def.type === 'number') return DECIMAL.test(given) ? Number(given) : given;
  if (schema.def.type === 'boolean') return BOOLEANS.get(given) ?? given;
  return isWords(schema) ? (wordIn(schema.options.map(String), given) ?? given) : given;
}

type Flag = 'anySpelling' | 'listItem' | 'scalar' | 'keyValue' | 'nonEmpty' | 'narrowing';
const hasFlag = (schema: z.ZodType, flag: Flag) => schema.meta()?.[flag] === true;

/** One of this server's own words, so that `Scaling groups` and `kxScalingGroup` mean `scaling-group`. */
export const Words = <const W extends string>(words: readonly W[]) => z.enum(words).meta({ anySpelling: true });
/** An item that contains no comma, so that one text can list several, separated by commas. */
export const ListItem = (maxLength: number) => z.string().min(1).max(maxLength).meta({ listItem: true });
/** A text for which a client may send a number or a boolean. */
export const Scalar = (maxLength: number) => z.string().max(maxLength).meta({ scalar: true });
/** An optional text whose empty value is an error: without the text, a condition has another meaning. */
export const NonEmpty = (maxLength: number) =>
  z
    .string()
    .min(1, 'expects text that is not empty; to match any text, omit the argument')
    .max(maxLength)
    .optional()
    .meta({ nonEmpty: true });
/** An optional argument without which a call affects more, so that it is never removed: `null`, for example, is an error. */
export const Narrowing = <T extends z.ZodType>(schema: z.ZodOptional<T>): z.ZodOptional<T> =>
  schema.meta({ narrowing: true });
/** An object with `key` and `value`, which a client may send as `key=value`. */
export const KeyValue = <T extends z.ZodObject>(schema: T): T => schema.meta({ keyValue: true });

const isWords = (schema: z.ZodType): schema is z.ZodEnum =>
  schema instanceof z.ZodEnum && hasFlag(schema, 'anySpelling');

/** The list for a single text: items separated by commas, or one other text. JSON is parsed elsewhere. */
function listIn(element: z.ZodType, given: string): string[] | undefined {
  if (isAbsent(given) || JSON_START.test(given)) return undefined;
  if (isWords(element) || hasFlag(element, 'listItem') || hasFlag(element, 'keyValue'))
    return given.split(',').map((word) => word.trim());
  return element instanceof z.ZodString ? [given] : undefined;
}

/** A map, or one object, as the list of objects with `key` and `value` that a schema expects. */
function pairsIn(element: z.ZodType, given: unknown): unknown {
  if (!hasFlag(element, 'keyValue') || !isObject(given)) return given;
  if ('key' in given) return [given];
  return Object.entries(given).map(([key, value]) => ({ key, value }));
}

function keyValueIn(given: string) {
  if (JSON_START.test(given)) return given;
  const [, key = given, value] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  return { key, ...(value === undefined ? {} : { value }) };
}

const JSON_START = /^\s*[[{]/;

/** The word that another spelling means; undefined if none or several match. */
function wordIn(options: readonly string[], given: string): string | undefined {
  if (given.length > MAX_WORD_LENGTH || options.includes(given)) return undefined;
  const meant = options.filter((option) => normalized(option) === normalized(given));
  return meant.length === 1 ? meant[0] : undefined;
}

/** Longer texts are not words of any list. */
const MAX_WORD_LENGTH = 80;

/** Without case, separators, plural and the prefix `kx` or `kdb`. */
const normalized = (word: string) =>
  word
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/^(?:kx|kdb)/, '')
    .replace(/s$/, '');

/** Puts the environment of a call under the name that the tool expects: `environmentId` or `environment`. */
export function withEnvironmentRenamed(
  { shape }: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [expected] = ENVIRONMENT_ARGUMENTS.filter((one) => one in shape);
  const [sent] = ENVIRONMENT_ARGUMENTS.filter((one) => one in given);
  if (expected === undefined || sent === undefined || expected in given || sent in shape) return given;
  const { [sent]: value, ...rest } = given;
  return { ...rest, [expected]: value };
}

const ENVIRONMENT_ARGUMENTS = ['environmentId', 'environment'];

/** Adds the environment as the missing `name` if the kind of the entity that a call is about is `environment`. */
export function withEnvironmentAsName(
  { shape }: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { kind, name } = shape;
  const { environment } = given;
  if (kind === undefined || name === undefined || isOptional(name) || !isAbsent(given['name'])) return given;
  return environment !== undefined && lenient(kind, given['kind']) === 'environment'
    ? { ...given, name: environment }
    : given;
}

function membersOf(shape: Readonly<Record<string, z.ZodType>>, given: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const member = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (member === undefined) return [[name, value]];
      const isKeptIfAbsent = hasFlag(member, 'narrowing') || (value === '' && hasFlag(member, 'nonEmpty'));
      const isRemoved = isOptional(member) && isAbsent(value) && !isKeptIfAbsent;
      return isRemoved ? [] : [[name, lenient(member, value)]];
    }),
  );
}

const ABSENT = new Set<unknown>([undefined, null, '', 'null']);
/** Whether a value is what some models send for an argument that they leave out. */
export const isAbsent = (value: unknown): boolean => ABSENT.has(value);
const BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);
/** Has at most 15 digits, which a number represents without loss. */
const DECIMAL = /^(?=.{1,15}$)-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

const isOptional = (schema: z.ZodType): schema is z.ZodOptional => schema instanceof z.ZodOptional;
