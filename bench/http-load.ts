import { connect } from 'node:net';

/** A request and how its reply is recognised. */
export interface Call {
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** Has to stand in the reply. */
  readonly expects: string;
}

export interface Counted {
  readonly calls: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Replies that answer another request. */
  readonly crossed: number;
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

function bytesOf({ method, params }: Call, id: number, port: number): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } });
  return [
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
}

interface Connection {
  ask(bytes: string): Promise<string>;
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
        socket.write(bytes);
      }),
    close: () => {
      fail = () => {};
      socket.destroy();
    },
  };
}

/** Sends calls over `connections`, each one after the other, until `ms` are over. */
export async function load(port: number, calls: readonly Call[], connections: number, ms: number): Promise<Counted> {
  const times: number[] = [];
  const count = { errors: 0, crossed: 0 };
  let id = 0;
  const begun = performance.now();
  const worker = async () => {
    const connection = open(port);
    while (performance.now() - begun < ms) {
      id += 1;
      const sent = performance.now();
      await once(connection, id, calls[id % calls.length] as Call, port, count);
      times.push(performance.now() - sent);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - begun) / 1_000;
  times.sort((a, b) => a - b);
  return {
    calls: times.length,
    perSecond: times.length / seconds,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    ...count,
  };
}

/** Sends `many` calls at the same moment, each over its own connection. */
export async function burst(port: number, calls: readonly Call[], many: number): Promise<Counted> {
  const count = { errors: 0, crossed: 0 };
  const begun = performance.now();
  const connections = Array.from({ length: many }, () => open(port));
  await Promise.all(
    connections.map((connection, at) => once(connection, at + 1, calls[at % calls.length] as Call, port, count)),
  );
  const ms = performance.now() - begun;
  for (const connection of connections) connection.close();
  return { calls: many, perSecond: (many / ms) * 1_000, p99Ms: ms, ...count };
}

async function once(
  connection: Connection,
  id: number,
  call: Call,
  port: number,
  count: { errors: number; crossed: number },
) {
  try {
    const reply = await connection.ask(bytesOf(call, id, port));
    if (!reply.startsWith('HTTP/1.1 200')) count.errors += 1;
    else if (!reply.includes(`"id":${id}`) || !reply.includes(call.expects)) count.crossed += 1;
  } catch {
    count.errors += 1;
  }
}
