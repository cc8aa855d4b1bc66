import { detailOf } from '../../inventory/detail.ts';
import { expectedBy } from '../../inventory/failed-or-stuck.ts';
import { statusClass } from '../../inventory/kinds.ts';
import { sumByName } from '../../inventory/sum-by-name.ts';
import { entityRow } from '../../inventory/summary.ts';
import { age, isoMinute } from '../../inventory/units.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import type { Candidate } from './filters.ts';
import { isSmall, type Row, type View } from './page.ts';
import { tagsIn } from './tagged.ts';

/** Up to this many results are shown completely (`whole`) or, if that fits, as in an overview (`brief`), in every view. */
export const FEW = { whole: 3, brief: 12 };

type Detail = 'listed' | 'brief' | 'whole';
/** Levels of detail, in order of preference; an answer uses the first one that fits. */
type Levels = readonly [Detail, ...Detail[]];
export const levelsFor = (
  found: readonly Candidate[],
  { view, needsSizes = false }: { readonly view: View | undefined; readonly needsSizes?: boolean },
): Levels => {
  if (found.length <= FEW.whole || view === 'full') return ['whole'];
  return needsSizes ? ['brief'] : ['brief', 'listed'];
};

/** The rows at the first level at which they fit into one answer, or else at the first level. */
export function rowsOf(found: readonly Candidate[], levels: Levels, showsEnvironment: boolean): Row[] {
  const rows = (as: Detail) => found.map((each) => rowOf(each, as, showsEnvironment));
  const fitting = levels.length > 1 ? levels.find((level) => isSmall(rows(level))) : undefined;
  return rows(fitting ?? levels[0]);
}

/** The settings that matched, if they are the same for all of many results. */
export function matchedInAll(found: readonly Candidate[]): readonly string[] | undefined {
  const [first] = found;
  const same = JSON.stringify(first?.matched);
  const isSame = found.length > FEW.brief && found.every(({ matched }) => JSON.stringify(matched) === same);
  return isSame ? first?.matched : undefined;
}

export const withoutMatched = ({ matched: _, ...candidate }: Candidate): Candidate => candidate;

function rowOf(candidate: Candidate, detail: Detail, showsEnvironment: boolean): Row {
  const { graph, entity, matched } = candidate;
  const { kind, name, database, status, statusReason, created, modified, facts } = entity;
  const isSettled = statusClass(status) === 'settled';
  const since = modified ?? created;
  const rows = {
    listed: () => ({ name, database, status, type: facts['type'] ?? facts['hostType'], iamRole: facts['iamRole'] }),
    brief: () => entityRow(entity, graph),
    whole: () => ({ ...detailOf(entity, graph), id: undefined }),
  };
  const exactTime = detail === 'whole' ? ` (${isoMinute(modified)})` : '';
  return withoutUndefined({
    kind,
    ...rows[detail](),
    cluster: kind === 'node' ? facts['cluster'] : undefined,
    environment: showsEnvironment && kind !== 'environment' ? graph.name : undefined,
    environmentId: kind === 'environment' ? graph.environmentId : undefined,
    reason: statusReason,
    created: kind === 'changeset' || detail === 'whole' ? isoMinute(created) : undefined,
    since: isSettled ? undefined : isoMinute(since),
    expectedBy: statusClass(status) === 'underway' ? isoMinute(expectedBy(kind, since)) : undefined,
    age: age(created, graph.readAt),
    changed:
      !isSettled || modified === undefined || modified === created
        ? undefined
        : `${age(modified, graph.readAt)} ago${exactTime}`,
    matched,
    ...tagsIn(candidate),
  });
}

export function countsOf(found: readonly Candidate[]) {
  const kinds = sumByName(found.map(({ entity }) => [entity.kind, 1]));
  const inside = found.filter(({ entity }) => entity.kind !== 'environment');
  const perEnvironment = sumByName(inside.map(({ graph }) => [graph.name, 1]));
  const count = Object.keys(perEnvironment).length;
  return { kinds, ...(count > 1 && count <= 20 ? { perEnvironment } : {}) };
}
