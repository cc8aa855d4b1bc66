import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { CLI, FRESH_WORLD } from '../support/hosts.ts';

type Message = { id?: number; result?: Record<string, unknown>; error?: { code: number; message: string } };

describe('the server process', () => {
  let child: ChildProcessWithoutNullStreams;
  let received: Message[];
  let notMessages: string[];
  let lines: Interface;

  const start = (args: readonly string[] = FRESH_WORLD) => {
    child = spawn(process.execPath, [CLI, ...args]);
    received = [];
    notMessages = [];
    lines = createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        received.push(JSON.parse(line) as Message);
      } catch {
        notMessages.push(line);
      }
    });
  };
  const write = (line: string) => child.stdin.write(`${line}\n`);
  const send = (message: object) => write(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const answer = async (matches: (message: Message) => boolean): Promise<Message> => {
    const closed = new AbortController();
    lines.once('close', () => closed.abort());
    for (;;) {
      const found = received.find(matches);
      if (found !== undefined) return found;
      await once(lines, 'line', { signal: closed.signal });
    }
  };
  const initialize = async () => {
    const clientInfo = { name: 'raw', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
    await answer(({ id }) => id === 1);
    send({ method: 'notifications/initialized' });
  };
  const exit = async () => {
    const began = performance.now();
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    return { code, ms: performance.now() - began };
  };
  const callTool = (id: number, name: string, args: object = {}) =>
    send({ id, method: 'tools/call', params: { name, arguments: args } });

  afterEach(() => {
    child.kill('SIGKILL');
    expect(notMessages).toEqual([]);
  });

  it('answers invalid messages with an error and continues', async () => {
    start();
    await initialize();
    write('this is no JSON');
    expect((await answer(({ error }) => error?.code === -32700)).error?.message).toContain('not JSON');
    write('[{"jsonrpc":"2.0","id":7,"method":"ping"}]');
    expect((await answer(({ error }) => error?.code === -32600)).error?.message).toContain('Batches');
    write('{"id":8,"method":"ping"}');
    await answer(({ id, error }) => id === 8 && error?.code === -32600);
    send({ id: 9, method: 'no/such/method' });
    await answer(({ id, error }) => id === 9 && error?.code === -32601);
    send({ id: 10, method: 'tools/call', params: { name: 5 } });
    await answer(({ id, error }) => id === 10 && error !== undefined);
    callTool(11, 'list_kx_environments');
    await answer(({ id, result }) => id === 11 && result?.['isError'] !== true);
  });

  it('rejects a 1 MB argument without repeating it, and a line above 1 MiB, and continues', async () => {
    start();
    await initialize();
    callTool(2, 'get_kx_cluster', { environmentId: 'a'.repeat(1_000_000), clusterName: 'hdb' });
    const refused = JSON.stringify(await answer(({ id }) => id === 2));
    expect(refused).toContain('environmentId');
    expect(refused.length).toBeLessThan(1_000);
    write('x'.repeat(11 * 1024 * 1024));
    await answer(({ error }) => error?.code === -32600);
    const long = { environmentId: 'a'.repeat(2_000_000) };
    callTool(4, 'get_kx_cluster', long);
    await answer(({ id, error }) => id === 4 && error?.message.includes('--max-body') === true);
    write(`${JSON.stringify({ method: 'tools/call', params: long }).slice(0, -1)},"jsonrpc":"2.0","id":"five"}`);
    await answer(({ id, error }) => String(id) === 'five' && error?.code === -32600);
    callTool(6, 'get_kx_cluster', { many: Array.from({ length: 10_001 }, () => 0) });
    await answer(({ id, error }) => id === 6 && error?.message.includes('more than 10000 values') === true);
    callTool(3, 'list_kx_environments');
    await answer(({ id, result }) => id === 3 && result?.['isError'] !== true);
  });

  it('rejects ids that would change the path of a request', async () => {
    start();
    await initialize();
    const ids = ['..', '.', '', 'a\u0000b', 'a\nb'];
    for (const [at, environmentId] of ids.entries()) {
      callTool(2 + at, 'list_kx_databases', { environmentId });
      const { result } = await answer(({ id }) => id === 2 + at);
      expect(result, JSON.stringify(environmentId)).toMatchObject({ isError: true });
      expect(JSON.stringify(result)).toContain('was not called');
    }
  });

  it('exits within a second of the end of its input', async () => {
    start();
    await initialize();
    child.stdin.end();
    const { code, ms } = await exit();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(1_000);
  });

  it('answers all of 500 piped calls, including a last one without a line feed', async () => {
    start([...FRESH_WORLD, '--log-level', 'warn']);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const closed = once(lines, 'close');
    const clientInfo = { name: 'pipe', version: '1' };
    send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } });
    send({ method: 'notifications/initialized' });
    for (let id = 1; id < 500; id += 1) callTool(id, 'list_kx_environments');
    child.stdin.end('{"jsonrpc":"2.0","id":500,"method":"tools/call","params":{"name":"list_kx_environments"}}');
    expect((await exit()).code).toBe(0);
    await closed;
    expect(new Set(received.filter(({ result }) => result?.['isError'] !== true).map(({ id }) => id)).size).toBe(501);
    expect(said).toBe('');
  });

  it('logs once, after the first answer, which of its allowed environments do not exist', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const world = ['--state', join(folder, 'world.db'), '--state-dir', folder, '--log-level', 'warn'];
    const list = async (id: number) => {
      callTool(id, 'list_kx_environments');
      const { result } = await answer((message) => message.id === id);
      return (result as { structuredContent: { environments: { environmentId: string }[] } }).structuredContent
        .environments;
    };
    start(world);
    await initialize();
    const [one] = await list(2);
    child.stdin.end();
    await exit();

    const [there, ...noneSuch] = [String(one?.environmentId), 'a'.repeat(26), 'b'.repeat(26)];
    start([...world, '--environments', [there, ...noneSuch].join(',')]);
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += chunk;
    });
    await initialize();
    expect(log).toBe('');
    for (const id of [2, 3]) expect(await list(id)).toHaveLength(1);
    await expect.poll(() => log, { timeout: 20_000 }).toContain('there are no kdb environments with these ids');
    child.stdin.end();
    await exit();
    const remarks = log.split('\n').filter((line) => line.includes('--environments'));
    expect(remarks.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ environments: noneSuch })]);
  });

  it.each([
    [['--lifecycel', 'fast'], 'unknown option "--lifecycel"; did you mean --lifecycle?'],
    [['world', 'import', 'world.json'], 'unexpected argument "world.json": options begin with --; see --help'],
  ])('reports %j in one line on stderr, and exits with 2', async (argv, problem) => {
    start(argv);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    expect((await exit()).code).toBe(2);
    expect(said).toBe(`finspace-mcp: ${problem}\n`);
  });
});
