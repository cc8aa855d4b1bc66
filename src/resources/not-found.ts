import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import { quoteUntrusted } from '../untrusted.ts';
import { KDB_PREFIX, resourceAt, uriOf } from './catalog.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { idOfEnvironmentNamed } from './environment-names.ts';

const UNESCAPED_ARN = /^finspace:\/\/tags\/(arn:[\w:/-]{1,1000})$/;
const MAX_LENGTH = 300;

/** The error for a URI without a resource for this caller. It quotes the URI, because the URI may contain anything. */
export function notFound(uri: string, hint = ''): ResourceNotFoundError {
  const shown = quoteUntrusted(uri, MAX_LENGTH);
  return new ResourceNotFoundError(shown.slice(1, shown.lastIndexOf('"')), `Resource not found: ${shown}${hint}`);
}

/** The error for a URI without a resource, with the right URI if it names an environment by name or has an unescaped ARN. */
export async function notFoundIn(
  deps: ResourceDependencies,
  uri: string,
  signal: AbortSignal,
): Promise<ResourceNotFoundError> {
  const { kind, input = {} } = resourceAt(uri) ?? {};
  const arn = UNESCAPED_ARN.exec(uri)?.[1];
  if (arn !== undefined)
    return notFound(uri, `. The ARN in it must be percent-encoded: "${uri.replace(arn, encodeURIComponent(arn))}"`);
  const { environmentId: name } = input;
  if (kind === undefined || name === undefined || !uri.startsWith(KDB_PREFIX)) return notFound(uri);
  const environmentId = await idOfEnvironmentNamed(deps, name, signal);
  if (environmentId === undefined) return notFound(uri);
  const meant = quoteUntrusted(uriOf(kind, { ...input, environmentId }));
  return notFound(uri, `. The URI must contain the id of the environment, not its name: ${meant}`);
}
