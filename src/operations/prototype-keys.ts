import * as z from 'zod';

const NAME = '__proto__';

/** An issue for each key `__proto__` in a map: Zod drops such a key without one. */
export const prototypeKeyIssues = (schema: z.ZodType, value: unknown): z.core.$ZodIssue[] =>
  pathsIn(schema, value).map((path) => ({ code: 'custom', path, message: 'no key can have this name' }));

function pathsIn(schema: z.ZodType, value: unknown): string[][] {
  if (schema instanceof z.ZodOptional) return pathsIn(schema.unwrap() as z.ZodType, value);
  if (typeof value !== 'object' || value === null) return [];
  if (schema instanceof z.ZodRecord) return Object.hasOwn(value, NAME) ? [[NAME]] : [];
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((each, at) => pathsBelow(String(at), schema.element as z.ZodType, each));
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Record<string, z.ZodType>;
  return Object.entries(shape).flatMap(([name, member]) =>
    Object.hasOwn(value, name) ? pathsBelow(name, member, (value as Record<string, unknown>)[name]) : [],
  );
}

const pathsBelow = (step: string, schema: z.ZodType, value: unknown) =>
  pathsIn(schema, value).map((path) => [step, ...path]);
