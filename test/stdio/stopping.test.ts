import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HeldEndpoint, openHeldEndpoint } from '../support/held-endpoint.ts';
import { CLI } from '../support/hosts.ts';

/** A mutation that has reached the endpoint is completed and answered, when its input ends or the process is asked to stop. */
describe('a stop during a mutation', () => {
  let endpoint: HeldEndpoint;
  let folder: string;
  let child: ChildProcessWithoutNullStreams;
  let answers: { id?: number; result?: { isError?: boolean } }[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-test-'));
    endpoint = await openHeldEndpoint();
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      FINSPACE_MCP_LOG_LEVEL: 'info',
    };
    child = spawn(process.execPath, [CLI, ...endpoint.args, '--state-dir', folder], { env });
    answers = [];
    createInterface({ input: child.stdout }).on('line', (line) => answers.push(JSON.parse(line)));
    const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'raw', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
    send({ method: 'notifications/initialized' });
    const request = { environmentId: 'abcdefghijklmnopqrstuv', databaseName: 'trades' };
    send({ id: 2, method: 'tools/call', params: { name: 'create_kx_database', arguments: request } });
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await endpoint.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each<[string, () => void]>([
    ['SIGTERM comes', () => child.kill('SIGTERM')],
    ['its input ends', () => child.stdin.end()],
  ])('completes and answers it when %s', async (_, stop) => {
    const response = await endpoint.reached;
    stop();
    for await (const line of createInterface({ input: child.stderr }))
      if (line.includes('waiting for those in progress')) break;
    response.end('{"databaseName":"trades"}');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(answers.find(({ id }) => id === 2)?.result?.isError).toBeUndefined();
    expect(answers.find(({ id }) => id === 2)).toMatchObject({
      result: { structuredContent: { databaseName: 'trades' } },
    });
  });
});
