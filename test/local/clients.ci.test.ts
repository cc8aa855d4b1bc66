import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as sdk from '@aws-sdk/client-finspace';
import { describe, expect, test } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { inProcessHandler } from '../../src/finspace/in-process.ts';
import { faultPlan } from '../../src/local/faults/rules.ts';
import { faultSource } from '../../src/local/faults/source.ts';
import { listen } from '../../src/local/listen.ts';
import { seed } from '../../src/local/worlds/index.ts';
import { ERRORS } from '../../src/operations/errors.ts';
import { type Input, OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts';
import { MISSING_IN_BOTO3, SDK_OPERATIONS } from '../finspace/sdk-commands.ts';
import { newStore } from './engine.ts';
import { ROLE } from './environment-builder.ts';
import { HISTORY } from './history.ts';
import { HOUR, openWorld, type Reply, SEED, START, type TestWorld } from './world.ts';

const KEYS = { accessKeyId: 'AKIALOCALTEST', secretAccessKey: 'local' };

async function demoWorld(): Promise<TestWorld> {
  const store = await newStore();
  await seed(store, 'demo', { ...SEED, lifecycle: 'realistic' });
  return openWorld({ store });
}

type Send = (name: OperationName, input: object) => Promise<Reply>;

/** Runs every operation through a client, and fails on the first reply that the client cannot read. */
async function runHistory(world: TestWorld, send: Send): Promise<Map<OperationName, Reply>> {
  const replies = new Map<OperationName, Reply>();
  const last = (name: OperationName) => replies.get(name);
  for (const [name, input] of HISTORY) {
    const env = { environmentId: last('ListKxEnvironments')?.environments[0].environmentId };
    const created = (other: OperationName, member: string) => ({ [member]: last(other)[member] });
    replies.set(name, await send(name, input({ env, last, created })));
    world.advance(HOUR);
  }
  return replies;
}

const UNKNOWN = 'OperationNotFoundError';
const HOW_TO_NAME_IT = 'if it is newer than that, add it to MISSING_IN_BOTO3 in test/finspace/sdk-commands.ts';

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

  const boto3 = spawnSync('python3', ['-c', 'import boto3'], { timeout: 20_000 });
  const why = boto3.status === 0 ? '' : ' (SKIPPED: this machine has no python3 with boto3)';
  test.skipIf(boto3.status !== 0)(
    `by boto3, with its signature verified${why}`,
    async () => {
      const world = await demoWorld();
      // boto3 signs with the clock of the machine.
      const credentials = [{ ...KEYS, role: `${ROLE}-2` }];
      const signed = await openWorld({ store: world.store, start: Date.now(), credentials });
      const unsigned = await openWorld({ store: world.store, start: Date.now() });
      const listener = await listen(signed.serve, { port: 0 });
      const script = fileURLToPath(new URL('boto3_client.py', import.meta.url));
      const args = [script, `http://127.0.0.1:${listener.port}`, KEYS.accessKeyId, KEYS.secretAccessKey];
      const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const ahead = { ...signed, advance: (ms: number) => void signed.store.write((tx) => tx.advance(ms)) };
      const ask: Send = async (operation, input) => {
        child.stdin.write(`${JSON.stringify({ operation, input })}\n`);
        const { output, error } = JSON.parse((await lines.next()).value ?? '{}');
        if (error === UNKNOWN && MISSING_IN_BOTO3.includes(operation)) return unsigned.call(operation, input as never);
        if (error === UNKNOWN) throw new Error(`boto3 has no ${operation}: ${HOW_TO_NAME_IT}`);
        if (error !== undefined) throw new Error(`${operation}: ${error}`);
        return output;
      };
      const replies = await runHistory(ahead, ask);
      expect([...replies.keys()].sort()).toEqual([...OPERATION_NAMES].sort());
      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
      await listener.close();
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
