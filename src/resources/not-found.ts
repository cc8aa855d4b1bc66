import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { quoted } from '../untrusted.ts';

const LONGEST = 300;

/** The error for a URI at which this caller has no resource; it shows the URI as quoted text, because the URI may hold anything. */
export function notFound(uri: string): ResourceNotFoundError {
  const shown = quoted(uri, LONGEST);
  return new ResourceNotFoundError(shown.slice(1, shown.lastIndexOf('"')), `Resource not found: ${shown}`);
}
