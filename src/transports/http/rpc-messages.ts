/** A JSON-RPC message and what calls of tools and cancellations have as params, not validated. */
export interface RpcMessage {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: RpcParams | null;
}

export interface RpcParams {
  readonly name?: unknown;
  readonly arguments?: unknown;
  readonly requestId?: unknown;
}

/** The messages in a JSON-RPC body. An empty batch counts as one message. */
export const messagesIn = (body: unknown): readonly RpcMessage[] =>
  (Array.isArray(body) && body.length > 0 ? body : [body]).map((message) => (message ?? {}) as RpcMessage);
