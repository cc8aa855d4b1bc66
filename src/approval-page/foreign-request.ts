import type { NoticeName } from './notices.ts';

/** Why a request counts as foreign; undefined if this page, at one of `origins`, or a person who opens it may have sent it. */
export function foreignRequest({ method, headers }: Request, origins: readonly string[]): NoticeName | undefined {
  const origin = headers.get('origin');
  const isPost = method === 'POST';
  if (method !== 'GET' && !isPost) return 'method-not-allowed';
  if (origin === null ? isPost : !origins.includes(origin)) return 'other-origin';
  if (isPost && !isAbsentOr(headers.get('sec-fetch-site'), 'same-origin')) return 'other-origin';
  // Rejects frames, images, scripts and fetches of any page, and prefetching browsers, which would consume a link.
  if (!isAbsentOr(headers.get('sec-fetch-dest'), 'document') || headers.has('sec-purpose')) return 'other-origin';
  return undefined;
}

/** Browsers from before 2023 do not send these headers, so their absence means nothing. */
const isAbsentOr = (header: string | null, value: string) => header === null || header === value;
