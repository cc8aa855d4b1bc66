import * as sdk from '@aws-sdk/client-finspace';
import { describe, expect, test } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { inProcessHandler } from '../../src/finspace/in-process.ts';
import { faultPlan } from '../../src/local/faults/rules.ts';
import { faultSource } from '../../src/local/faults/source.ts';
import { listen } from '../../src/local/listen.ts';
import { seed } from '../../src/local/worlds/seed.ts';
import { ERRORS } from '../../src/operations/errors.ts';
import { type Input, OPERATION_NAMES } from '../../src/operations/index.ts';
import { SDK_OPERATIONS } from '../finspace/sdk-commands.ts';
import { CREDENTIALS, KEYS, NO_BOTO3, runHistory, runThroughBoto3 } from './boto3.ts';
import { newStore } from './engine.ts';
import { HOUR, openWorld, SEED_OPTIONS, START, type TestWorld } from './world.ts';

async function demoWorld(): Promise<TestWorld> {
  const store = await newStore();
  await seed(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'realistic' });
  return openWorld({ store });
}

const dates = (value: unknown): Date[] =>
  value instanceof Date
    ? [value]
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(dates)
      : [];

describe('every operation can be called', () => {
  test('by the commands of the SDK', async () => {
    const world = await demoWorld();
    const listener = await listen(world.serve, { port: 0 });
    const endpoint = `http://127.0.0.1:${listener.port}`;
    const client = new sdk.FinspaceClient({ endpoint, region: 'us-east-1', credentials: KEYS, maxAttempts: 1 });
    const commands = sdk as unknown as Record<string, (new (input: object) => never) | undefined>;
    let sent = 0;
    const replies = await runHistory(world, async (name, input) => {
      const Command = commands[`${name}Command`];
      if (Command === undefined) return world.call(name, input as Input<typeof name>);
      sent += 1;
      return client.send(new Command(input));
    });
    expect(sent).toBe(SDK_OPERATIONS.length);
    const times = dates([...replies.values()]).map(Number);
    expect(times.length).toBeGreaterThan(100);
    for (const time of times) expect(Math.abs(time - START)).toBeLessThan(100 * 24 * HOUR);
    client.destroy();
    await listener.close();
  });

  test('by our own commands', async () => {
    const world = await demoWorld();
    const call = finspaceCall({ region: 'us-east-1', service: world.serve, limits: DEFAULT_LIMITS, maxAttempts: 1 });
    const replies = await runHistory(world, (name, input) => call(name, input as Input<typeof name>));
    expect([...replies.keys()].sort()).toEqual([...OPERATION_NAMES].sort());
  });

  test.skipIf(NO_BOTO3 !== '')(
    `by boto3, with its signature verified${NO_BOTO3}`,
    async () => {
      const { store } = await demoWorld();
      // boto3 signs with the clock of the machine.
      const signed = await openWorld({ store, start: Date.now(), credentials: CREDENTIALS });
      const unsigned = await openWorld({ store, start: Date.now() });
      const advance = (ms: number) => store.write((tx) => tx.advance(ms));
      expect(await runThroughBoto3({ advance }, signed.serve, unsigned)).toEqual([...OPERATION_NAMES].sort());
    },
    60_000,
  );
});

describe('the SDK', () => {
  test.each(Object.keys(ERRORS))('receives %s as an instance of its class', async (error) => {
    const faults = faultSource(faultPlan({ rules: [{ operation: '*', error }] }, 'faults.json'));
    const { serve } = await openWorld({ faults });
    const requestHandler = inProcessHandler(serve, DEFAULT_LIMITS);
    const client = new sdk.FinspaceClient({ requestHandler, region: 'us-east-1', credentials: KEYS, maxAttempts: 1 });
    const thrown = await client
      .send(new sdk.GetKxClusterCommand({ environmentId: 'a', clusterName: 'abc' }))
      .catch((it: unknown) => it);
    expect(thrown).toBeInstanceOf((sdk as unknown as Record<string, new () => Error>)[`${error}Exception`]);
  });
});
