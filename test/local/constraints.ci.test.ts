import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listener, listen } from '../../src/local/listen.ts';
import { binding } from '../../src/operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { officialOperation } from '../operations/official.ts';
import { type Json, violationsOf, wholeInput } from './violations.ts';
import { openWorld, type Reply, requestFor, type TestWorld } from './world.ts';

let world: TestWorld;
let listener: Listener;
beforeAll(async () => {
  world = await openWorld();
  listener = await listen(world.serve, { port: 0 });
});
afterAll(async () => {
  await listener.close();
  await world.close();
});

async function send(
  name: OperationName,
  input: Json,
): Promise<{ status: number; type: string | null; message: string }> {
  const { method, target, headers, body } = requestFor(name, input);
  const sent = { method, headers, ...(body.length > 0 && { body }) };
  const response = await fetch(`http://127.0.0.1:${listener.port}${target}`, sent);
  const { message } = (await response.json()) as Reply;
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), message };
}

describe.each(OPERATION_NAMES)('over HTTP, %s', (name) => {
  test('accepts a well-formed request with every member', async () => {
    expect((await send(name, wholeInput(name))).message ?? '').not.toMatch(/validation errors? detected/);
  });

  test('rejects a request that violates any one constraint of the model, and names the member', async () => {
    const operation = operationNamed(name);
    const type = operation.errors.includes('Validation') ? 'ValidationException' : 'InvalidRequestException';
    const required = officialOperation(name).input.filter((member) => member.required && member.binding !== 'uri');
    const withoutOne = required.map(({ name: member }) => {
      const { [member]: _, ...input } = wholeInput(name);
      return { what: `without ${member}`, member, input };
    });
    for (const { what, member, input } of [...withoutOne, ...violationsOf(name)]) {
      const reply = await send(name, input);
      if (binding(operation, member) === 'label' && input[member] === '') {
        expect([what, reply.type]).toEqual([what, 'UnknownOperationException']);
        continue;
      }
      expect([what, reply]).toEqual([what, { status: 400, type, message: expect.stringContaining(`'${member}`) }]);
      expect([what, reply.message]).toEqual([what, expect.stringMatching(/validation errors? detected/)]);
    }
  });
});

test('tries hundreds of constraints', () => {
  expect(OPERATION_NAMES.flatMap(violationsOf).length).toBeGreaterThan(850);
});
