import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { openUpdatable, type Updatable } from './support/updatable.ts';

let world: Updatable;
let backend: Updatable['backend'];
let guard: Updatable['guard'];
let environmentId: Updatable['environmentId'];

beforeEach(async () => {
  world = await openUpdatable();
  ({ backend, guard, environmentId } = world);
});
afterEach(() => world.close());

describe('a rename', () => {
  let other: EnvironmentBuilder;
  beforeEach(async () => {
    other = await openBuilder(backend.call, 'uat');
  });
  const rename = (id: string, name: string) =>
    guard.attempt({ tool: 'update_kx_environment', arguments: { environmentId: id, name } });

  it('to an unused name runs, and its result shows both names', async () => {
    expect(await rename(environmentId, 'trading-2')).toMatchObject({
      kind: 'done',
      content: { changes: ['name: "trading" -> "trading-2"'] },
    });
  });

  const WAS_ITS_NAME = '\n"trading" was the name of another environment.\n';

  it('to the former name of another environment needs approval, so that two names cannot be swapped unnoticed', async () => {
    expect((await rename(environmentId, 'interim')).kind).toBe('done');
    const swap = await rename(other.environmentId, 'trading');
    expect(swap).toMatchObject({ kind: 'asked', message: expect.stringContaining(WAS_ITS_NAME) });
    const back = await rename(environmentId, 'trading');
    expect(back.kind, 'its own former name').toBe('done');
  });

  it('to the name of another environment needs approval before the service is called', async () => {
    const browser = async (name: string) => {
      const { environmentId: id = '' } = await backend.call('CreateEnvironment', {
        name,
        kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72',
      });
      return id;
    };
    await browser('one');
    const two = await browser('two');
    const outcome = await guard.attempt({ tool: 'update_environment', arguments: { environmentId: two, name: 'one' } });
    expect(outcome.kind).toBe('asked');
  });

  it('to the name, a former name or the id of another in another letter case needs approval, because names are found in any case', async () => {
    const variants = ['UAT', other.environmentId.toUpperCase(), other.environmentId];
    for (const name of variants)
      expect(await rename(environmentId, name), name).toMatchObject({
        kind: 'asked',
        message: expect.stringContaining(
          `"${name}" is the name or the id of another environment, ignoring letter case.`,
        ),
      });
    expect((await rename(environmentId, 'Trading')).kind, 'its own name').toBe('done');
    expect((await rename(environmentId, 'interim')).kind).toBe('done');
    expect(await rename(other.environmentId, 'TRADING')).toMatchObject({
      kind: 'asked',
      message: expect.stringContaining('\n"TRADING" was the name of another environment.\n'),
    });
  });

  it('is remembered: a plan of the environment shows its former name', async () => {
    await rename(environmentId, 'interim');
    const content = await guard.attempt({
      tool: 'plan_change',
      arguments: { tool: 'delete_kx_environment', arguments: { environmentId } },
    });
    expect(content).toMatchObject({
      content: { notes: [expect.stringMatching(/^Its name was "trading" until 2026-03-17/)] },
    });
  });
});
