import * as z from 'zod';

const OFFERED = new WeakMap<z.ZodType, z.ZodType>();

/** A schema of the API for which tools offer a narrower one, because the service rejects or ignores every other value. */
export function offeredAs<T extends z.ZodType>(schema: T, offered: z.ZodType): T {
  const copy = schema.clone() as T;
  OFFERED.set(copy, offered);
  return copy;
}

/** A member that is optional in the API's model, but that the service always needs, so tools require it. */
export const alwaysNeeded = <T extends z.ZodType>(schema: T): z.ZodOptional<T> =>
  offeredAs(schema.optional(), schema) as z.ZodOptional<T>;

/** A member that the service accepts but ignores, so tools do not offer it. `instead` says so after its name, and what to do instead. */
export const notOffered = <T extends z.ZodType>(schema: T, instead: string): T =>
  offeredAs(schema, z.never().describe(instead));

/** What to do instead of giving a member; undefined unless it is one that tools do not offer. */
export function insteadOf(schema: z.ZodType): string | undefined {
  const offered = OFFERED.get(schema);
  return offered instanceof z.ZodNever ? offered.description : undefined;
}

/** What tools offer of an API input, at every depth; unknown members are rejected. */
export function offeredOf<T extends z.ZodType>(schema: T): T;
export function offeredOf(schema: z.ZodType): z.ZodType {
  const offered = OFFERED.get(schema) ?? schema;
  return withDescription(rebuilt(offered), offered);
}

function rebuilt(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return offeredOf(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodArray)
    return schema.clone({ ...schema.def, element: offeredOf(schema.element as z.ZodType) });
  if (!(schema instanceof z.ZodObject)) return schema;
  const members = Object.entries(schema.shape as Record<string, z.ZodType>)
    .map(([name, member]) => [name, offeredOf(member)] as const)
    .filter(([, member]) => !(member instanceof z.ZodNever));
  return z.strictObject(Object.fromEntries(members));
}

const withDescription = (copy: z.ZodType, { description }: z.ZodType) =>
  description === undefined || copy.description === description ? copy : copy.describe(description);
