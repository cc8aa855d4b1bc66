import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** The error for a cursor that this server did not issue. */
export const unknownCursor = () =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'This server did not issue that cursor: pass nextCursor complete and unchanged.',
  );

/** Throws ProtocolError for a cursor, where everything is on one page. */
export function requireFirstPage(params: { readonly cursor?: string | undefined } | undefined): void {
  if (params?.cursor !== undefined) throw unknownCursor();
}
