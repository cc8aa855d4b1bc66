import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { lenientOutput, serviceInput } from '../../src/operations/derive.ts';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { officialShape, officialSide, type Shape } from './official.ts';
import { everySchema } from './pairs.ts';

describe.each(OPERATION_NAMES)('%s', (name) => {
  const output = lenientOutput(operationNamed(name));
  const { definition } = officialSide(name, 'output');

  it('accepts unknown members and new enum values of a response, and decodes its timestamps', () => {
    expect(output.parse(sample(definition, 'wire'))).toEqual(sample(definition, 'decoded'));
  });

  it('accepts a response without any of its members', () => {
    expect(output.parse({})).toEqual({});
  });

  it('rejects a response in which a single value has the wrong type', () => {
    const accepted = spoiled(definition).filter((response) => output.safeParse(response).success);
    expect(accepted).toEqual([]);
  });

  it('makes the local service drop unknown members at every depth', () => {
    const objects = everySchema(serviceInput(operationNamed(name))).filter((schema) => schema instanceof z.ZodObject);
    expect(objects.filter((object) => object.def.catchall !== undefined)).toEqual([]);
  });
});

const UNKNOWN = { memberOfTomorrow: { of: ['any', 'type'] } };

/** A value of every member at every depth, each object with an additional unknown one; strings break every rule except their type. */
function sample({ type, members, of, value }: Shape, form: 'wire' | 'decoded'): unknown {
  const inner = (shape: string | undefined) => sample(officialShape(String(shape)), form);
  if (members !== undefined)
    return { ...Object.fromEntries(members.map(({ name, shape }) => [name, inner(shape)])), ...UNKNOWN };
  if (type === 'structure') return UNKNOWN;
  if (type === 'list') return [inner(of), inner(of)];
  if (type === 'map') return { 'a key \n': inner(value) };
  if (type === 'string') return '~ neither in an enum \n nor in a pattern ~';
  if (type === 'boolean') return false;
  if (type === 'timestamp') return form === 'wire' ? 1_700_000_000.123 : '2023-11-14T22:13:20.123Z';
  return -1;
}

/** The sample in wire form, once for each value in it, with a wrong type for that value. */
function spoiled(shape: Shape): unknown[] {
  const { type, members = [], of, value } = shape;
  const inner = (name: string | undefined) => spoiled(officialShape(String(name)));
  if (type === 'structure')
    return [
      [],
      ...members.flatMap((member) =>
        inner(member.shape).map((wrong) => ({ ...(sample(shape, 'wire') as object), [member.name]: wrong })),
      ),
    ];
  if (type === 'list') return [{}, ...inner(of).map((wrong) => [wrong])];
  if (type === 'map') return [[], ...inner(value).map((wrong) => ({ key: wrong }))];
  return type === 'string' ? [1] : type === 'boolean' ? ['true', 0] : ['2023-11-14T22:13:20Z', true];
}
