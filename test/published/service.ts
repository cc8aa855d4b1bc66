import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { FinspaceError, isNotFound } from '../../src/operations/failure.ts';
import type { Input, OperationName } from '../../src/operations/index.ts';
import { stubCredentials } from '../finspace/endpoints.ts';
import type { Reply } from '../local/world.ts';
import { CLI } from '../support/hosts.ts';

/** The built service in a separate process, called by the AWS client over HTTP. */
export interface Service {
  readonly call: <N extends OperationName>(name: N, input: Input<N>) => Promise<Reply>;
  readonly close: () => Promise<void>;
  /** Lets seconds pass for everything in it. */
  readonly wait: (seconds: number) => Promise<void>;
}

/** Starts a service with an empty world, whose entities take as long as those of AWS did. */
export async function openService(quotas: 'published' | 'raised' = 'published'): Promise<Service> {
  stubCredentials();
  const folder = mkdtempSync(join(tmpdir(), 'finspace-published-'));
  const world = ['--state', ':memory:', '--world', 'empty', '--quotas', quotas, '--lifecycle', 'realistic'];
  const server = spawn(process.execPath, [CLI, 'local', ...world, '--control', '--port', '0', '--state-dir', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(server, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stderr.on('data', (chunk) => {
      said += chunk;
      const [, address] = /service on (\S+)/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    server.once('exit', () => reject(new Error(said)));
  });
  return {
    call: finspaceCall({ endpoint: url, region: 'us-east-1', limits: DEFAULT_LIMITS, maxAttempts: 1 }) as never,
    wait: async (seconds) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ advanceMs: seconds * 1_000 });
      const { status } = await fetch(`${url}/_control/clock`, { method: 'POST', headers, body });
      expect(status).toBe(200);
    },
    close: async () => {
      server.kill();
      await closed;
      rmSync(folder, { recursive: true });
      vi.unstubAllEnvs();
    },
  };
}

export const GONE = 'not found';

/** What a script that polls at an interval sees: each status once, in order, how long that took, and the last reply. */
interface Polled {
  readonly statuses: readonly string[];
  readonly seconds: number;
  readonly reply: Reply;
}

/** Polls until the status is `until`; with `GONE`, until the entity is not found. */
export async function poll<N extends OperationName>(
  { call, wait }: Service,
  name: N,
  input: Input<N>,
  { until, every = 30 }: { until: string; every?: number },
): Promise<Polled> {
  const statuses: string[] = [];
  for (let seconds = 0; seconds <= 3_600; seconds += every) {
    const reply = await call(name, input).catch((error: unknown) => {
      if (isNotFound(error)) return { status: GONE };
      throw error;
    });
    if (statuses.at(-1) !== reply.status) statuses.push(reply.status);
    if (reply.status === until) return { statuses, seconds, reply };
    await wait(every);
  }
  throw new Error(`${name}: ${statuses.join(', ')}, and never ${until}`);
}

/** Fails unless a wait is about as long as the published ones, in seconds. */
export function expectWaitLike(seconds: number, published: readonly number[]): void {
  expect(seconds).toBeGreaterThanOrEqual(Math.min(...published) / 2);
  expect(seconds).toBeLessThanOrEqual(Math.max(...published) * 2);
}

/** The error of a call that must be refused. */
export async function refusal(call: Promise<Reply>): Promise<FinspaceError['fields']> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FinspaceError);
  return (error as FinspaceError).fields;
}

/** Whether something exists, as scripts check before they create it. */
export const exists = (reply: Promise<Reply>): Promise<boolean> =>
  reply.then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
