import type { Environment } from '../../inventory/fleet.ts';
import { staleIssues } from '../../inventory/stale-and-unused.ts';
import { FinspaceError } from '../../operations/failure.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import type { FleetReader } from './fleet-reader.ts';
import type { Row } from './page.ts';
import { SEARCHES } from './problem-searches.ts';
import { notReadIn, reasonOf } from './read-gaps.ts';

const MAX_ROWS = 10;

/**
 * The clusters and dataviews that do not show the newest data of a database; dataviews with `autoUpdate` will do so by themselves.
 * Reads everything again, because changesets may have completed since the same call read it.
 */
export async function behindNewest(
  { call, reread }: FleetReader,
  { environmentId = '', name = '' }: Environment,
  database: string,
): Promise<Row> {
  const options = { ...SEARCHES.behind.read, readsChangesetsOf: (each: string) => each === database };
  const { graphs, gaps } = await reread([{ environmentId }], options, call).catch((error: unknown) => {
    if (!(error instanceof FinspaceError)) throw error;
    return { graphs: [], gaps: [{ environment: name, reason: reasonOf(error) }] };
  });
  const found = graphs.flatMap((graph) => staleIssues(graph)).filter(({ facts }) => facts['database'] === database);
  const rows = found.map(({ entity, why }) =>
    withoutUndefined({ entity: entity.id, why, autoUpdate: entity.facts['autoUpdate'] || undefined }),
  );
  return {
    ...(rows.length === 0 ? {} : { behind: rows.slice(0, MAX_ROWS) }),
    ...(rows.length > MAX_ROWS ? { moreBehind: rows.length - MAX_ROWS } : {}),
    ...notReadIn(gaps),
  };
}
