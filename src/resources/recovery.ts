import type { ReadResourceResult, Resource } from '@modelcontextprotocol/server';
import { withheld } from '../safety/policy.ts';
import type { ResourceEnvironment } from './environment.ts';
import { LASTING } from './hints.ts';
import { notFound } from './not-found.ts';

const PREFIX = 'finspace://recovery/';
/** The newest kits are listed one by one; older ones can be read all the same. */
const MOST_LISTED = 50;

/** Kits show what was deleted, so they are for those who may delete. */
const offered = ({ restrictions, caller }: ResourceEnvironment) =>
  withheld('DeleteKxEnvironment', restrictions, caller) === undefined;

/** The recovery kits of this server, newest first. */
export async function listKits(environment: ResourceEnvironment): Promise<Resource[]> {
  const ids = offered(environment) ? await environment.kits.list() : [];
  return ids
    .slice(-MOST_LISTED)
    .reverse()
    .map((id) => ({
      uri: `${PREFIX}${id}`,
      name: id,
      title: `Recovery kit: ${id}`,
      description: 'What it takes to make the configuration of something deleted anew. No data.',
      mimeType: 'application/json',
    }));
}

/** A recovery kit; undefined when the URI is not one of a kit. Throws ResourceNotFoundError for a kit that is not there or not offered. */
export async function readKit(environment: ResourceEnvironment, uri: string): Promise<ReadResourceResult | undefined> {
  if (!uri.startsWith(PREFIX)) return undefined;
  const text = offered(environment) ? await environment.kits.read(uri.slice(PREFIX.length)) : undefined;
  if (text === undefined) throw notFound(uri);
  return { contents: [{ uri, mimeType: 'application/json', text }], ...LASTING };
}
