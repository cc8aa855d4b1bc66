import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { quoteUntrusted } from '../untrusted.ts';

const LONGEST = 300;

/** The error for a URI without a resource for this caller. It quotes the URI, because the URI may contain anything. */
export function notFound(uri: string): ResourceNotFoundError {
  const shown = quoteUntrusted(uri, LONGEST);
  return new ResourceNotFoundError(shown.slice(1, shown.lastIndexOf('"')), `Resource not found: ${shown}`);
}
