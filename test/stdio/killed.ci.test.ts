import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { type LocalService, openLocalService } from '../../src/local/index.ts';
import { type Listener, listen } from '../../src/local/listen.ts';
import type { WireReply, WireRequest } from '../../src/operations/exchange.ts';
import { type Approver, openApprover } from '../../src/safety/approver.ts';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { addApprover, PASSPHRASE } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { KMS_KEY } from '../support/session-calls.ts';

const REPLAYS = process.env['TEST_LONG'] === undefined ? 20 : 1_000;
const LIMITS = { connectMs: 5_000, attemptMs: 20_000, callMs: 30_000, maxResponseBytes: 16 * 1024 * 1024 };
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const identity = { name: 'host', version: '1' };

interface Life {
  readonly pid: number;
  call(name: string, given: object): Promise<{ isError?: boolean; content: { text?: string }[] }>;
  close(): Promise<void>;
}

const FAILED: WireReply = { status: 500, headers: {}, body: Buffer.from('') };

describe('a server that is killed with SIGKILL', () => {
  let dir: string;
  let local: LocalService;
  let endpoint: Listener;
  let state: StateDatabase;
  let approver: Approver;
  let environmentId: string;
  /** Called for every request that reaches the endpoint from now on; returns whether to execute it. */
  let arrives: (request: WireRequest) => boolean | Promise<boolean>;
  let lives: Life[];

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-test-'));
    local = await openLocalService({ state: ':memory:', world: 'empty', lifecycle: 'instant', region: 'us-east-1' });
    arrives = () => true;
    endpoint = await listen(async (request) => ((await arrives(request)) ? local.service(request) : FAILED), {
      port: 0,
    });
    await addApprover(dir);
    approver = await openApprover(dir, PASSPHRASE);
    state = await openState(join(dir, 'state.db'));
    const made = await directly('CreateKxEnvironment', { name: 'trading', kmsKeyId: KMS_KEY });
    environmentId = String(made.environmentId);
    lives = [];
  });
  afterEach(async () => {
    for (const life of lives) await life.close();
    await state.close();
    await endpoint.close();
    await local.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const directly: ReturnType<typeof finspaceCall> = (name, input, options) =>
    finspaceCall({ region: 'us-east-1', service: local.service, limits: LIMITS, maxAttempts: 1 })(name, input, options);
  const args = (...more: string[]) => [
    CLI,
    ...['--backend', 'aws', '--endpoint', `http://127.0.0.1:${endpoint.port}`, '--region', 'us-east-1'],
    ...['--state-dir', dir, '--log-level', 'warn', ...more],
  ];

  /** The built binary with a client that shows no forms, of either era. */
  const start = async (era: '2025' | '2026'): Promise<Life> => {
    const server = {
      command: process.execPath,
      args: args(),
      stderr: 'ignore' as const,
      env: { ...(process.env as Record<string, string>), ...CREDENTIALS },
    };
    const [transport, client] =
      era === '2025'
        ? [new StdioV1(server), new ClientV1(identity)]
        : [new StdioV2(server), new ClientV2(identity, { versionNegotiation: { mode: { pin: '2026-07-28' } } })];
    await client.connect(transport as never);
    const life: Life = {
      pid: transport.pid as number,
      call: (name, given) => client.callTool({ name, arguments: given as Record<string, unknown> }) as never,
      close: () => client.close(),
    };
    lives.push(life);
    return life;
  };

  /** A person approves the open plan with the passphrase; does nothing if there is none. */
  const approve = async (name: string): Promise<string | undefined> => {
    const ledger = sqlLedger(async () => state, { now: Date.now, openMs: 0 });
    const question = (await ledger.list()).find(({ shown }) => shown.name === name);
    if (question === undefined) return undefined;
    const approval = approver.sign(question, { channel: 'terminal', approver: 'ada', at: Date.now() });
    if (!(await ledger.approve(question.nonce, approval))) throw new Error('not open');
    return question.nonce;
  };
  const isConsumed = (nonce: string) =>
    state.read(
      (db) =>
        (db.prepare('SELECT state FROM questions WHERE nonce = ?').get(nonce) as { state: string }).state === 'burnt',
    );

  /** What the next server logs about calls whose end was not recorded. */
  const reported = async (): Promise<string> => {
    const child = spawn(process.execPath, args('--call-timeout', '1'), { env: { ...process.env, ...CREDENTIALS } });
    for await (const line of createInterface({ input: child.stderr })) {
      if (!line.includes('outcome unknown')) continue;
      child.kill('SIGKILL');
      return line;
    }
    return '';
  };

  it('executes an approved call at most once, whichever request it was killed at, and reports unknown outcomes', async () => {
    const seen = { approved: 0, betweenConsumptionAndCall: 0, inTheCall: 0 };
    for (let moment = 1; ; moment += 1) {
      const databaseName = `db-${moment}`;
      const target = { environmentId, databaseName };
      await directly('CreateKxDatabase', target);
      const dying = await start(moment % 2 === 0 ? '2025' : '2026');
      expect((await dying.call('delete_kx_database', target)).isError).toBe(true);
      const nonce = (await approve(databaseName)) ?? expect.fail('nothing waits');

      let requests = 0;
      let deletes = 0;
      let consumedWhenKilled = false;
      arrives = async (request) => {
        if (request.method === 'DELETE') deletes += 1;
        requests += 1;
        if (requests !== moment) return true;
        consumedWhenKilled = await isConsumed(nonce);
        process.kill(dying.pid, 'SIGKILL');
        return false;
      };
      const wasKilled = await dying.call('delete_kx_database', target).then(
        () => false,
        () => true,
      );
      if (!wasKilled) {
        expect(deletes).toBe(1);
        break;
      }

      const next = await start(moment % 2 === 0 ? '2025' : '2026');
      const again = await Promise.all(Array.from({ length: REPLAYS }, () => next.call('delete_kx_database', target)));
      const ran = again.filter(({ isError }) => isError !== true).length;
      expect(deletes, `killed at request ${moment}`).toBeLessThanOrEqual(1);
      expect(ran, `killed at request ${moment}`).toBe(consumedWhenKilled ? 0 : 1);
      if (!consumedWhenKilled) seen.approved += 1;
      else if (deletes === 0) seen.betweenConsumptionAndCall += 1;
      else {
        seen.inTheCall += 1;
        expect(JSON.parse(await reported())).toMatchObject({
          operation: 'DeleteKxDatabase',
          target: { environmentId, databaseName },
          msg: expect.stringContaining('outcome unknown'),
        });
      }
      arrives = () => true;
      // Each repeat requested a new approval; requests that stay open would reach the limit.
      const asked = await approve(databaseName);
      if (consumedWhenKilled) expect(asked).toBeDefined();
      await next.close();
    }
    // Every stage was hit.
    expect(seen.approved).toBeGreaterThan(0);
    expect(seen.betweenConsumptionAndCall).toBeGreaterThan(0);
    expect(seen.inTheCall).toBe(1);
    const verified = spawnSync(process.execPath, [CLI, 'journal', 'verify', '--state-dir', dir], { encoding: 'utf8' });
    expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('all in order') });
  }, 300_000);
});
