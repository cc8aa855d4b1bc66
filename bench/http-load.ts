import { connect } from 'node:net';

/** A request and how its reply is recognised. */
export interface Call {
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** Text that the reply must contain. */
  readonly expects: string;
}

/** A request as it is sent, and a part of the right reply to it. */
export interface Exchange {
  readonly bytes: string;
  readonly expects: readonly string[];
}

export interface Counted {
  /** The calls with a right reply; others do not count towards a rate. */
  readonly calls: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  /** The longest time without a right reply, over all connections. */
  readonly worstGapMs: number;
  readonly errors: number;
  /** Replies with status 200 that are not the right one. */
  readonly crossed: number;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

function exchangeOf({ method, params, expects }: Call, id: number, port: number): Exchange {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } });
  const bytes = [
    'POST /mcp HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    'mcp-protocol-version: 2026-07-28',
    `mcp-method: ${method}`,
    ...(params['name'] === undefined ? [] : [`mcp-name: ${params['name']}`]),
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
  return { bytes, expects: [`"id":${id}`, expects] };
}

interface Connection {
  /** Rejects when the connection fails or has failed before. */
  ask(bytes: string): Promise<string>;
  isOpen(): boolean;
  close(): void;
}

/** One keep-alive connection on a raw socket, so that the load costs less than the server. */
function open(port: number): Connection {
  const socket = connect(port, '127.0.0.1');
  let pending = '';
  let wanted = -1;
  let settle: (reply: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  socket.on('error', (error) => fail(error));
  socket.on('close', () => fail(new Error('closed')));
  socket.on('data', (chunk) => {
    pending += chunk;
    if (wanted < 0) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      wanted = end + 4 + Number(/content-length: (\d+)/i.exec(pending.slice(0, end))?.[1] ?? 0);
    }
    if (pending.length < wanted) return;
    const reply = pending;
    pending = '';
    wanted = -1;
    settle(reply);
  });
  return {
    ask: (bytes) =>
      new Promise((resolve, reject) => {
        settle = resolve;
        fail = reject;
        if (socket.destroyed) reject(new Error('closed'));
        else socket.write(bytes);
      }),
    isOpen: () => !socket.destroyed,
    close: () => {
      fail = () => {};
      socket.destroy();
    },
  };
}

/** Sends MCP calls over `connections`, on each one after the other, for `ms` milliseconds. */
export function load(port: number, calls: readonly Call[], connections: number, ms: number): Promise<Counted> {
  let id = 0;
  const next = () => {
    id += 1;
    return exchangeOf(calls[id % calls.length] as Call, id, port);
  };
  return loadOf(port, next, connections, ms);
}

/** Sends what `next` returns over `connections`, on each one after the other, for `ms` milliseconds. */
export async function loadOf(port: number, next: () => Exchange, connections: number, ms: number): Promise<Counted> {
  const times: number[] = [];
  const count = { errors: 0, crossed: 0 };
  const begun = performance.now();
  let [last, worstGapMs] = [begun, 0];
  const worker = async () => {
    const connection = open(port);
    while (connection.isOpen() && performance.now() - begun < ms) {
      const exchange = next();
      const sent = performance.now();
      if (!(await succeeds(connection, exchange, count))) continue;
      const now = performance.now();
      times.push(now - sent);
      worstGapMs = Math.max(worstGapMs, now - last);
      last = now;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const ended = performance.now();
  times.sort((a, b) => a - b);
  return {
    calls: times.length,
    perSecond: (times.length * 1_000) / (ended - begun),
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    worstGapMs: Math.max(worstGapMs, ended - last),
    ...count,
  };
}

/** Sends `many` calls at the same moment, each over its own connection; `allMs` is the time until all have ended. */
export async function burst(
  port: number,
  calls: readonly Call[],
  many: number,
): Promise<Pick<Counted, 'errors' | 'crossed'> & { readonly allMs: number }> {
  const count = { errors: 0, crossed: 0 };
  const begun = performance.now();
  const connections = Array.from({ length: many }, () => open(port));
  await Promise.all(
    connections.map((connection, at) =>
      succeeds(connection, exchangeOf(calls[at % calls.length] as Call, at + 1, port), count),
    ),
  );
  const allMs = performance.now() - begun;
  for (const connection of connections) connection.close();
  return { allMs, ...count };
}

/** The reply to one request on its own connection. Rejects when it is not the right one. */
export async function send(port: number, exchange: Exchange): Promise<string> {
  const connection = open(port);
  try {
    const reply = await connection.ask(exchange.bytes);
    if (!isRight(reply, exchange)) throw new Error(reply);
    return reply;
  } finally {
    connection.close();
  }
}

const isRight = (reply: string, { expects }: Exchange) =>
  reply.startsWith('HTTP/1.1 200') && expects.every((part) => reply.includes(part));

/** Whether the reply is right; counts it otherwise. */
async function succeeds(
  connection: Connection,
  exchange: Exchange,
  count: { errors: number; crossed: number },
): Promise<boolean> {
  try {
    const reply = await connection.ask(exchange.bytes);
    if (isRight(reply, exchange)) return true;
    count[reply.startsWith('HTTP/1.1 200') ? 'crossed' : 'errors'] += 1;
  } catch {
    count.errors += 1;
  }
  return false;
}
