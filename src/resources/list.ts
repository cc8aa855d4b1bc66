import type { ListResourcesResult, ListResourceTemplatesResult } from '@modelcontextprotocol/server';
import { cachedEnvironments, existingEnvironments } from '../inventory/fleet.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import { offeredTo } from '../safety/policy.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { KDB_PREFIX, RESOURCE_KINDS, type ResourceKind, uriOf, variablesOf } from './catalog.ts';
import { unknownCursor } from './cursor.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { listKits } from './recovery.ts';

/** For this many environments, their content is listed; for others, only the environment. Templates reach the rest. */
const MAX_ENVIRONMENTS = 50;
const PAGE_SIZE = 100;

const isEnvironment = ({ uriTemplate }: ResourceKind) => uriTemplate.endsWith('/{environmentId}');

function offeredKinds(deps: ResourceDependencies): readonly ResourceKind[] {
  const isOffered = offeredTo(deps);
  return RESOURCE_KINDS.filter(({ operation }) => isOffered(operation));
}

/** The existing resources, page by page: fixed ones, those of environments if these can be listed, and recovery kits. */
export async function listResources(
  deps: ResourceDependencies,
  signal: AbortSignal,
  cursor?: string,
): Promise<ListResourcesResult> {
  if (!/^\d{1,6}$/.test(cursor ?? '0')) throw unknownCursor();
  const kinds = offeredKinds(deps);
  const fixed = kinds.filter((kind) => variablesOf(kind).length === 0);
  const perEnvironment = kinds.filter(
    (kind) => variablesOf(kind).join() === 'environmentId' && kind.uriTemplate.startsWith(KDB_PREFIX),
  );
  const environments = perEnvironment.length === 0 ? [] : await readEnvironments(deps, signal, cursor !== undefined);
  const all = [
    ...fixed.map((kind) => ({ ...shown(kind), uri: kind.uriTemplate })),
    ...environments.flatMap(({ environmentId, name }, at) =>
      (at < MAX_ENVIRONMENTS ? perEnvironment : perEnvironment.filter(isEnvironment)).map((kind) => ({
        ...shown(kind),
        title: `${kind.title}: ${quoteUnlessPlain(name)}`,
        uri: uriOf(kind, { environmentId }),
      })),
    ),
    ...(await listKits(deps)),
  ];
  const start = Number(cursor ?? 0);
  const resources = all.slice(start, start + PAGE_SIZE);
  return { resources, ...(start + PAGE_SIZE < all.length ? { nextCursor: String(start + PAGE_SIZE) } : {}) };
}

async function readEnvironments(deps: ResourceDependencies, signal: AbortSignal, isLaterPage: boolean) {
  const { call, cache } = deps;
  const read = isLaterPage ? cachedEnvironments : existingEnvironments;
  return (await readIfOffered(deps, 'ListKxEnvironments', () => read(call, { signal }, cache))) ?? [];
}

/** The templates from which the URI of any entity can be built. */
export function listTemplates(deps: ResourceDependencies): ListResourceTemplatesResult {
  const templates = offeredKinds(deps).filter((kind) => variablesOf(kind).length > 0);
  return { resourceTemplates: templates.map((kind) => ({ ...shown(kind), uriTemplate: kind.uriTemplate })) };
}

const shown = ({ name, title, description, mimeType }: ResourceKind) => ({ name, title, description, mimeType });
