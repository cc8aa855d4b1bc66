import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** Whether a request is of MCP 2025-11-25 or older, whose requests have no envelope. */
export const isOf2025 = ({ mcpReq }: ServerContext): boolean => mcpReq.envelope === undefined;

/** What a client has declared: in the request itself, or before 2026 when it connected. */
export function declaredBy(server: Server, { mcpReq }: ServerContext): ClientCapabilities | undefined {
  const envelope = mcpReq.envelope as { readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined;
  return envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
}

/** The settings of an extension that a client supports; undefined for an extension that it does not support. */
export function extensionOf(declared: ClientCapabilities | undefined, name: string): unknown {
  const { extensions } = (declared ?? {}) as { readonly extensions?: Readonly<Record<string, unknown>> };
  return extensions?.[name];
}
