/** A rejecting response, with the reason for the log. */
export interface Rejection extends Response {
  readonly reason: string;
}

/** A JSON-RPC error over HTTP for a request that was rejected before the protocol. */
export function reject(
  status: number,
  message: string,
  headers: Record<string, string> = {},
  code = -32_000,
): Rejection {
  const response = new Response(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return Object.assign(response, { reason: message });
}
