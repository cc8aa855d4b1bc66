import { isJSONRPCResponse, type JSONRPCMessage, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { isObject } from '../is-object.ts';

/** Whether a request of this server with such an id may be open. */
type IsOpen = (id: string | number) => boolean;

/** Whether a message replies to a request. A message with neither a result nor an error does so only if that request is open. */
export function isReply(message: unknown, isOpen: IsOpen): boolean {
  if (!isObject(message)) return false;
  const { method, id } = message;
  if (method !== undefined && method !== null) return false;
  return 'result' in message || 'error' in message || (isId(id) && isOpen(id));
}

/** A message; a malformed reply becomes an error, which ends the request that it replies to. */
export function wellFormedReply(message: unknown, isOpen: IsOpen): unknown {
  if (!isReply(message, isOpen) || isJSONRPCResponse(message)) return message;
  return failedReply((message as { readonly id?: unknown }).id);
}

/** The error that counts as the client's reply to a request. */
export const failedReply = (id: unknown): JSONRPCMessage => ({
  jsonrpc: '2.0',
  ...(isId(id) ? { id } : {}),
  error: { code: ProtocolErrorCode.InvalidRequest, message: 'The reply is not a JSON-RPC 2.0 response.' },
});

/** Whether a line that is not parsed begins like a reply: SDKs put the result or error first, or after the id and `jsonrpc`. */
export const beginsLikeReply = (line: string): boolean => REPLY.test(line);

const REPLY = /^\{\s*(?:"(?:jsonrpc|id)"\s*:\s*(?:"[^"]{0,100}"|\d{1,15})\s*,\s*){0,2}"(?:result|error)"\s*:/;

const isId = (id: unknown): id is string | number => typeof id === 'string' || Number.isSafeInteger(id);
