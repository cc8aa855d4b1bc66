/**
 * Whether the audience of a token contains an accepted one. Issuers write URLs with or without a trailing slash, and scheme and
 * host in either case; everything else must be equal.
 */
export function namesAudience(given: string | readonly string[] | undefined, accepted: readonly string[]): boolean {
  const acceptedUrls = new Set(accepted.map(canonical));
  return [given ?? []].flat().some((audience) => typeof audience === 'string' && acceptedUrls.has(canonical(audience)));
}

const canonical = (audience: string) =>
  audience.replace(/^https?:\/\/[^/?#]+/i, (origin) => origin.toLowerCase()).replace(/(?<=^https?:.*)\/$/, '');
