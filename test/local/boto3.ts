import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { listen } from '../../src/local/listen.ts';
import type { Service } from '../../src/operations/exchange.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { MISSING_IN_BOTO3 } from '../finspace/sdk-commands.ts';
import { ROLE } from './environment-builder.ts';
import { HISTORY } from './history.ts';
import { HOUR, type Reply, type TestWorld } from './world.ts';

export const KEYS = { accessKeyId: 'AKIALOCALTEST', secretAccessKey: 'local' };
/** What a service that boto3 calls accepts. */
export const CREDENTIALS = [{ ...KEYS, role: `${ROLE}-2` }];

const found = spawnSync('python3', ['-c', 'import boto3'], { timeout: 20_000 });
/** Why this machine cannot run boto3; empty if it can. */
export const NO_BOTO3 = found.status === 0 ? '' : ' (SKIPPED: this machine has no python3 with boto3)';

/** What passes the time between two calls. */
interface Advancing {
  readonly advance: (milliseconds: number) => unknown;
}

export type Send = (name: OperationName, input: object) => Promise<Reply>;

/** Runs every operation through a client, and fails on the first reply that the client cannot read. */
export async function runHistory(world: Advancing, send: Send): Promise<Map<OperationName, Reply>> {
  const replies = new Map<OperationName, Reply>();
  const last = (name: OperationName) => replies.get(name);
  for (const [name, input] of HISTORY) {
    const env = { environmentId: last('ListKxEnvironments')?.environments[0].environmentId };
    const created = (other: OperationName, member: string) => ({ [member]: last(other)[member] });
    replies.set(name, await send(name, input({ env, last, created })));
    await world.advance(HOUR);
  }
  return replies;
}

const UNKNOWN = 'OperationNotFoundError';
const HOW_TO_NAME_IT = 'if it is newer than that, add it to MISSING_IN_BOTO3 in test/finspace/sdk-commands.ts';

/**
 * Runs every operation through boto3 against a service that listens, and returns the operations that had a reply. Operations that boto3
 * does not have yet are called in `unsigned`, a world without credentials.
 */
export async function runThroughBoto3(world: Advancing, service: Service, unsigned: TestWorld) {
  const listener = await listen(service, { port: 0 });
  const script = fileURLToPath(new URL('boto3_client.py', import.meta.url));
  const args = [script, `http://127.0.0.1:${listener.port}`, KEYS.accessKeyId, KEYS.secretAccessKey];
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const replies = await runHistory(world, async (operation, input) => {
      child.stdin.write(`${JSON.stringify({ operation, input })}\n`);
      const { output, error } = JSON.parse((await lines.next()).value ?? '{}');
      if (error === UNKNOWN && MISSING_IN_BOTO3.includes(operation)) return unsigned.call(operation, input as never);
      if (error === UNKNOWN) throw new Error(`boto3 has no ${operation}: ${HOW_TO_NAME_IT}`);
      if (error !== undefined) throw new Error(`${operation}: ${error}`);
      return output;
    });
    return [...replies.keys()].sort();
  } finally {
    child.stdin.end();
    await once(child, 'close');
    await listener.close();
  }
}
