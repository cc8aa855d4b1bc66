import { PassThrough } from 'node:stream';
import { Server } from '@modelcontextprotocol/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import type { ServerFactory } from '../../src/server.ts';
import { serveOverStdio } from '../../src/transports/stdio.ts';

const CALL_MS = 30_000;

/** What the server waits for, and for how long, after it stops reading; time passes only when a test lets it. */
describe('a closing connection over stdio', () => {
  let input: PassThrough;
  let stop: AbortController;
  let answered: { id?: number; method?: string }[];
  let timers: { ms: number; end: () => void }[];
  let unanswered: number[];
  let answer: (result: object) => void;
  let output: PassThrough;
  let parentEnds: () => void;
  let mutations: Promise<void>;
  let done: Promise<void>;

  /** Runs everything in progress that takes no time. */
  const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
  const pass = async (ms: number) => {
    for (const timer of timers.filter((each) => each.ms <= ms)) timer.end();
    await settle();
  };
  const say = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const isDone = async () => Promise.race([done.then(() => true), settle().then(() => false)]);

  beforeEach(async () => {
    input = new PassThrough();
    stop = new AbortController();
    [answered, timers, unanswered] = [[], [], []];
    output = new PassThrough();
    mutations = Promise.resolve();
    const parentEnded = new Promise<void>((resolve) => (parentEnds = resolve));
    output.on('data', (chunk) =>
      answered.push(
        ...String(chunk)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ),
    );
    const make = () => {
      const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
      server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
        if (params.name === 'asks')
          await mcpReq.send({
            method: 'elicitation/create',
            params: { message: '?', requestedSchema: { type: 'object', properties: {} } },
          });
        else await new Promise<object>((resolve) => (answer = resolve));
        return { content: [] };
      });
      return server;
    };
    done = serveOverStdio(Object.assign(make, { watch: () => undefined }) as unknown as ServerFactory, LOCAL_CALLER, {
      input,
      output,
      stop: stop.signal,
      onerror: () => {},
      mutationsSettled: () => mutations,
      parentEnded: () => parentEnded,
      callMs: CALL_MS,
      maxBytes: 1_048_576,
      onending: () => {},
      onunanswered: (count) => unanswered.push(count),
      delay: (ms) => new Promise((resolve) => timers.push({ ms, end: () => resolve(undefined) })),
    });
    const clientInfo = { name: 'raw', version: '1' };
    const capabilities = { elicitation: { form: {} } };
    say({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities, clientInfo } });
    say({ method: 'notifications/initialized' });
    await settle();
  });

  it('ends at once without open requests', async () => {
    input.end();
    expect(await isDone()).toBe(true);
    expect(unanswered).toEqual([]);
  });

  it('waits for the answer to a read for at most the time limit of a call, after its input has ended', async () => {
    say({ id: 2, method: 'tools/call', params: { name: 'reads' } });
    input.end();
    await settle();
    await pass(CALL_MS - 1);
    expect(await isDone()).toBe(false);
    answer({});
    expect(await isDone()).toBe(true);
    expect(answered.map(({ id }) => id)).toContain(2);
    expect(unanswered).toEqual([]);
  });

  it('reports the number of unanswered requests when it has waited that long', async () => {
    say({ id: 2, method: 'tools/call', params: { name: 'reads' } });
    input.end();
    await settle();
    for (let turn = 0; turn < 4; turn += 1) await pass(CALL_MS);
    expect(await isDone()).toBe(true);
    expect(unanswered).toEqual([1]);
  });

  it('waits only briefly when it is asked to stop, even after the end of its input', async () => {
    say({ id: 2, method: 'tools/call', params: { name: 'reads' } });
    input.end();
    await settle();
    stop.abort();
    await settle();
    for (let turn = 0; turn < 3; turn += 1) await pass(1_000);
    expect(await isDone()).toBe(true);
    expect(unanswered).toEqual([1]);
  });

  it('does not wait for a disconnected client that has to answer a request', async () => {
    say({ id: 2, method: 'tools/call', params: { name: 'asks' } });
    await settle();
    expect(answered.some(({ method }) => method === 'elicitation/create')).toBe(true);
    input.end();
    expect(await isDone()).toBe(true);
    expect(unanswered).toEqual([1]);
  });

  it.each<[string, () => void]>([
    ['its output cannot be written', () => output.destroy(new Error('write EPIPE'))],
    ['the process that started it has ended', () => parentEnds()],
  ])('waits for no answer when %s', async (_, leave) => {
    for (let id = 2; id < 62; id += 1) say({ id, method: 'tools/call', params: { name: 'reads' } });
    await settle();
    input.end();
    leave();
    await settle();
    await pass(1_000);
    expect(await isDone()).toBe(true);
    expect(unanswered).toEqual([60]);
  });

  it('waits for a mutation of a disconnected client up to the time limit of a call', async () => {
    let end = () => {};
    mutations = new Promise((resolve) => (end = resolve));
    say({ id: 2, method: 'tools/call', params: { name: 'changes' } });
    await settle();
    output.destroy(new Error('write EPIPE'));
    await settle();
    await pass(CALL_MS - 1);
    expect(await isDone()).toBe(false);
    end();
    expect(await isDone()).toBe(true);
  });

  it('does not wait for a mutation longer than that', async () => {
    mutations = new Promise(() => {});
    say({ id: 2, method: 'tools/call', params: { name: 'changes' } });
    await settle();
    output.destroy(new Error('write EPIPE'));
    await settle();
    await pass(CALL_MS);
    expect(await isDone()).toBe(true);
  });
});
