/** The bearer token of a request (RFC 6750); undefined if it has none. */
export const bearerToken = ({ headers }: Request): string | undefined =>
  /^Bearer ([\w.~+/=-]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
