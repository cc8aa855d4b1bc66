import type { ListResourcesResult, ListResourceTemplatesResult } from '@modelcontextprotocol/server';
import { walk } from '../inventory/pages.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { operationNamed } from '../operations/index.ts';
import { withheld } from '../safety/policy.ts';
import { RESOURCE_KINDS, type ResourceKind, uriOf } from './catalog.ts';
import type { ResourceEnvironment } from './read.ts';

/** At most this many environments are listed one by one; the templates reach the rest. */
const MOST_ENVIRONMENTS = 50;

const offered = ({ restrictions, caller }: ResourceEnvironment) =>
  RESOURCE_KINDS.filter(({ operation }) => withheld(operation, restrictions, caller) === undefined);
const variables = ({ operation }: ResourceKind) => labels(operationNamed(operation));

/** The resources that exist now: fixed ones, and those of each environment. Without a backend only the fixed ones. */
export async function listResources(
  environment: ResourceEnvironment,
  signal: AbortSignal,
): Promise<ListResourcesResult> {
  const kinds = offered(environment);
  const fixed = kinds.filter((kind) => variables(kind).length === 0);
  const perEnvironment = kinds.filter((kind) => variables(kind).join() === 'environmentId');
  const environments = perEnvironment.length === 0 ? [] : await environmentsNow(environment, signal);
  return {
    resources: [
      ...fixed.map((kind) => ({ ...shown(kind), uri: kind.uriTemplate })),
      ...environments.flatMap(({ environmentId, name }) =>
        perEnvironment.map((kind) => ({
          ...shown(kind),
          title: `${kind.title}: ${name}`,
          uri: uriOf(kind, { environmentId }),
        })),
      ),
    ],
  };
}

async function environmentsNow({ call }: ResourceEnvironment, signal: AbortSignal) {
  try {
    const { items } = await walk(call, 'ListKxEnvironments', {}, MOST_ENVIRONMENTS, { signal });
    return items
      .filter(({ status }) => status !== 'DELETED')
      .slice(0, MOST_ENVIRONMENTS)
      .map(({ environmentId, name }) => ({ environmentId: String(environmentId), name: String(name) }));
  } catch (error) {
    if (error instanceof FinspaceError) return [];
    throw error;
  }
}

/** The templates from which any entity's URI can be made. */
export function listTemplates(environment: ResourceEnvironment): ListResourceTemplatesResult {
  const templates = offered(environment).filter((kind) => variables(kind).length > 0);
  return { resourceTemplates: templates.map((kind) => ({ ...shown(kind), uriTemplate: kind.uriTemplate })) };
}

const shown = ({ name, title, description }: ResourceKind) => ({
  name,
  title,
  description,
  mimeType: 'application/json',
});
