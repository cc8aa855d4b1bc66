import { constraintText } from '../kinds/rules.ts';
import type { Context } from './context.ts';
import { sha256Hex } from './random.ts';
import { requireThat } from './service-error.ts';
import type { Entity } from './transaction.ts';

interface Query {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** The default and the maximum. */
const PAGE_SIZE = 100;

/** One page of a collection, and the token for the next page, which is valid for the same query only. */
export async function readPage<Body>(
  { maxResults, nextToken }: Query,
  { tx }: Context,
  collection: string,
  filterKey?: string,
): Promise<{ entities: Entity<Body>[]; nextToken?: string }> {
  requireThat(
    (maxResults ?? 0) >= 0,
    'Validation',
    constraintText('maxResults', 'Member must have value greater than or equal to 0'),
  );
  const limit = Math.min(maxResults || PAGE_SIZE, PAGE_SIZE);
  const query = JSON.stringify([collection, filterKey ?? null]);
  const after = nextToken === undefined ? '' : positionIn(nextToken, query);
  const found = await tx.page<Body>(collection, { after, limit: limit + 1, filterKey });
  const entities = found.slice(0, limit);
  const last = entities.at(-1);
  return found.length > limit && last ? { entities, nextToken: tokenFor(last.position, query) } : { entities };
}

const CHECKSUM_LENGTH = 24;
const checksumOf = (position: string, query: string) =>
  sha256Hex(`page ${query} ${position}`).slice(0, CHECKSUM_LENGTH);

const tokenFor = (position: string, query: string) =>
  Buffer.from(checksumOf(position, query) + position).toString('base64url');

function positionIn(token: string, query: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  const position = text.slice(CHECKSUM_LENGTH);
  requireThat(
    token === tokenFor(position, query),
    'Validation',
    constraintText('nextToken', 'Member must be a token that the same query returned'),
  );
  return position;
}
