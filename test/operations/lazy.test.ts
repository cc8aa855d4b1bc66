import { beforeEach, expect, it, vi } from 'vitest';

/** Each call of a zod function that builds a schema. */
const built = vi.hoisted(() => [] as string[]);

vi.mock('zod', async (importOriginal) => {
  const zod = await importOriginal<Record<string, unknown>>();
  const counting = (name: string, build: unknown) =>
    typeof build === 'function' && /^[a-z]/.test(name)
      ? (...given: unknown[]) => {
          built.push(name);
          return build(...given);
        }
      : build;
  return Object.fromEntries(Object.entries(zod).map(([name, value]) => [name, counting(name, value)]));
});

beforeEach(() => {
  built.length = 0;
  vi.resetModules();
});

it('importing the catalog and naming tools builds no schema', async () => {
  const { OPERATION_NAMES } = await import('../../src/operations/index.ts');
  const { toolName } = await import('../../src/operations/naming.ts');
  await import('../../src/operations/derive.ts');
  expect(OPERATION_NAMES.map(toolName)).toContain('get_kx_user');
  expect(built).toEqual([]);
});

it('a schema is built once, on its first use, and no other with it', async () => {
  const { OPERATIONS } = await import('../../src/operations/index.ts');
  const first = OPERATIONS.GetKxUser.input();
  expect(built.filter((name) => name === 'strictObject')).toHaveLength(1);
  built.length = 0;
  expect(OPERATIONS.GetKxUser.input()).toBe(first);
  expect(built).toEqual([]);
});

it('a schema is derived once', async () => {
  const { operationNamed } = await import('../../src/operations/index.ts');
  const { agentInput, lenientOutput, serviceInput } = await import('../../src/operations/derive.ts');
  const operation = operationNamed('CreateKxCluster');
  for (const derive of [agentInput, serviceInput, lenientOutput]) expect(derive(operation)).toBe(derive(operation));
});
