import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from './http-server.ts';
import { median, megabytesOf, verdict } from './measure.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 10);
const SAMPLE_MS = 5_000;
const CLIENTS = 8;
/** Memory grows while caches fill and code is compiled; only the time after that counts. */
const WARM_UP = 0.3;

/**
 * Mixed load of both eras for `SOAK_MINUTES`: sessions that come and go, calls, streams, failed and broken requests; then resident memory
 * and handles.
 */
export async function main(): Promise<void> {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const limits = ['--max-sessions', '100', '--session-idle', '20000'];
  const server = await start([cli, 'http', '--port', '0', '--state', ':memory:', '--access-log=false', ...limits]);
  const pid = server.child.pid as number;
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const samples: { mb: number; handles: number }[] = [];
  const end = performance.now() + MINUTES * 60_000;
  let rounds = 0;
  try {
    const client = async () => {
      while (performance.now() < end) {
        await round(url, rounds);
        rounds += 1;
        await delay(20);
      }
    };
    const sampling = (async () => {
      while (performance.now() < end) {
        await delay(SAMPLE_MS);
        samples.push({ mb: megabytesOf(pid, 'VmRSS'), handles: readdirSync(`/proc/${pid}/fd`).length });
      }
    })();
    await Promise.all([...Array.from({ length: CLIENTS }, client), sampling]);
    const after = samples.slice(Math.floor(samples.length * WARM_UP));
    const half = Math.floor(after.length / 2);
    const [early, late] = [after.slice(0, half), after.slice(half)];
    const of = (rows: typeof samples, member: 'mb' | 'handles') => median(rows.map((row) => row[member]));
    console.log(
      `${rounds} rounds in ${MINUTES} min; ${of(early, 'mb').toFixed(0)} MB and ${of(early, 'handles')} handles, later ${of(late, 'mb').toFixed(0)} MB and ${of(late, 'handles')}`,
    );
    console.log(verdict('resident memory, later / before', of(late, 'mb') / of(early, 'mb'), 1.05, 'at most'));
    console.log(verdict('handles, later / before', of(late, 'handles') / of(early, 'handles'), 1.05, 'at most'));
  } finally {
    server.child.kill();
  }
}

const BASICS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'soak', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** What one client does: a modern call, a broken request, and every fourth time a session with a stream. */
async function round(url: string, at: number): Promise<void> {
  const send = async (body: unknown, headers: object = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...BASICS, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await response.text();
    return response;
  };
  const modern = (method: string, params: Record<string, unknown>) =>
    send(
      { jsonrpc: '2.0', id: at, method, params: { ...params, _meta: META } },
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...('name' in params ? { 'mcp-name': params['name'] } : {}),
      },
    );
  await modern('tools/call', { name: 'list_kx_environments', arguments: {} });
  await modern('tools/call', { name: 'get_kx_environment', arguments: { environmentId: `none${at}` } });
  await send('{', {});
  if (at % 4 !== 0) return;
  const opened = await send({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'soak', version: '1' } },
  });
  const session = {
    'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  };
  const stop = new AbortController();
  await fetch(url, { headers: { ...session, accept: 'text/event-stream' }, signal: stop.signal });
  await send(
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'list_kx_environments', arguments: {} } },
    session,
  );
  stop.abort();
  // Every other client leaves without ending its session, as many real clients do.
  if (at % 8 === 0) await fetch(url, { method: 'DELETE', headers: session });
}
