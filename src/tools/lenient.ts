import * as z from 'zod';

/**
 * The arguments of a call with what clients write differently put right: optional members that are `null`, empty or `"null"` are
 * left out, and text in the place of a number or of true and false becomes one. All else stays as it is, to be validated.
 */
export function lenient(schema: z.ZodType, given: unknown): unknown {
  if (isOptional(schema)) return lenient(schema.unwrap() as z.ZodType, given);
  if (schema instanceof z.ZodArray && Array.isArray(given))
    return given.map((each) => lenient(schema.element as z.ZodType, each));
  if (schema instanceof z.ZodObject && isObject(given)) return membersOf(schema.shape, given);
  if (typeof given !== 'string') return given;
  if (schema.def.type === 'number') return DECIMAL.test(given) ? Number(given) : given;
  if (schema.def.type === 'boolean') return BOOLEANS.get(given) ?? given;
  return given;
}

/** The same arguments with the environment under the name that a tool has for it: `environmentId` or `environment`. */
export function withEnvironment(
  { shape }: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [name] = ENVIRONMENT.filter((one) => one in shape);
  const [other] = ENVIRONMENT.filter((one) => one in given);
  if (name === undefined || other === undefined || name in given || other in shape) return given;
  const { [other]: value, ...rest } = given;
  return { ...rest, [name]: value };
}

const ENVIRONMENT = ['environmentId', 'environment'];

function membersOf(shape: Readonly<Record<string, z.ZodType>>, given: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const member = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (member === undefined) return [[name, value]];
      return isOptional(member) && ABSENT.has(value) ? [] : [[name, lenient(member, value)]];
    }),
  );
}

const ABSENT = new Set<unknown>([null, '', 'null']);
const BOOLEANS = new Map([
  ['true', true],
  ['false', false],
]);
/** Short enough for every such number to be exact. */
const DECIMAL = /^(?=.{1,16}$)-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

const isOptional = (schema: z.ZodType): schema is z.ZodOptional => schema instanceof z.ZodOptional;
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
