import * as z from 'zod';
import { oncePer } from '../once-per.ts';
import { offeredOf } from './offered.ts';
import { lazy, type Operation, type Risk } from './operation.ts';

/** Settings that an update omits on purpose. Never sent to the service; the server compares it with the current settings. */
const removal = lazy(() =>
  z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(100)
    .optional()
    .describe('Settings to remove, by the names that the error gives; omit them from the other arguments'),
);

/** The input for agents: the API's own, as far as tools offer it, without `clientToken`. Updates that can remove settings take `remove`. */
export const agentInput = oncePer((operation: Operation): z.ZodObject => {
  const input = offeredOf(operation.input());
  const withoutToken = 'clientToken' in input.shape ? input.omit({ clientToken: true }) : input;
  const canRemove = Object.keys(operation.update?.leftOut ?? {}).length > 0;
  return canRemove ? withoutToken.extend({ remove: removal() }) : withoutToken;
});

/** The risk of one call, as far as its input shows. */
export const riskOf = ({ risk, raised }: Operation, input: Readonly<Record<string, unknown>>): Risk =>
  raised?.by?.(input) === true ? raised.to : risk;

/** The highest risk that a call can have. */
export const highestRisk = ({ risk, raised }: Operation): Risk => raised?.to ?? risk;

/** The input as the service accepts it: every constraint is enforced, and unknown members are dropped at every depth. */
export const serviceInput = oncePer((operation: Operation) => rebuild(operation.input(), 'strip') as z.ZodObject);

/** The output as a client should accept it: types only, every member optional. New members and enum values pass; timestamps are decoded. */
export const lenientOutput = oncePer((operation: Operation) => rebuild(operation.output(), 'loose') as z.ZodObject);

/** Whether the API recognises a repeated request, so that it may be retried after a lost reply. */
export const isIdempotent = oncePer((operation: Operation) => 'clientToken' in operation.input().shape);

/** The output member that holds the items of a paged list; null when the operation does not page. */
export const listMember = oncePer((operation: Operation): string | null => {
  const { nextToken, ...members } = operation.output().shape;
  return nextToken === undefined ? null : (Object.keys(members)[0] ?? null);
});

/** The members of a reply. */
export const outputMembers = oncePer((operation: Operation): readonly string[] =>
  Object.keys(operation.output().shape),
);

/** The members of each item of a paged list. */
export const itemMembers = oncePer((operation: Operation): readonly string[] => {
  const items = operation.output().shape[listMember(operation) ?? ''] as z.ZodOptional<z.ZodArray<z.ZodObject>>;
  return Object.keys(items.unwrap().element.shape);
});

type Mode = 'strip' | 'loose';

function rebuild(schema: z.ZodType, mode: Mode): z.ZodType {
  if (schema instanceof z.ZodOptional) return rebuild(schema.unwrap() as z.ZodType, mode).optional();
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, member]) => [
      name,
      mode === 'loose' ? rebuild(member, mode).optional() : rebuild(member, mode),
    ]);
    const shape = Object.fromEntries(members) as Record<string, z.ZodType>;
    return mode === 'loose' ? z.looseObject(shape) : z.object(shape);
  }
  if (schema instanceof z.ZodArray) {
    const element = rebuild(schema.element as z.ZodType, mode);
    return mode === 'loose' ? z.array(element) : schema.clone({ ...schema.def, element });
  }
  return mode === 'loose' ? typeOnly(schema) : schema;
}

function typeOnly(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodEnum) return z.string().meta({ examples: schema.options });
  if (schema instanceof z.ZodString) return z.string();
  if (schema instanceof z.ZodNumber) return z.number();
  if (schema instanceof z.ZodRecord) return z.record(z.string(), z.string());
  return schema;
}
