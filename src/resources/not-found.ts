import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { quoteUntrusted } from '../untrusted.ts';

const MAX_LENGTH = 300;

/** The error for a URI without a resource for this caller. It quotes the URI, because the URI may contain anything. */
export function notFound(uri: string): ResourceNotFoundError {
  const shown = quoteUntrusted(uri, MAX_LENGTH);
  return new ResourceNotFoundError(shown.slice(1, shown.lastIndexOf('"')), `Resource not found: ${shown}`);
}
