import * as z from 'zod';
import { stuckAfter } from '../../inventory/failed-or-stuck.ts';
import type { Graph, GraphEntity, Issue, Kind } from '../../inventory/graph-types.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { issueRow } from '../../inventory/summary.ts';
import { counted, isoMinute } from '../../inventory/units.ts';
import { Words } from '../lenient.ts';
import { nouns } from './applicable.ts';
import type { Candidate } from './filters.ts';
import { EnvironmentsArgument, environmentsOf } from './fleet-reader.ts';
import { formatProblems } from './format-problems.ts';
import { answer, pageArguments } from './page.ts';
import { PROBLEMS, type ProblemName, readForProblems, SEARCHES } from './problem-searches.ts';
import { notReadIn, type ReadGap } from './read-gaps.ts';
import { tagsIn, withTagsOnPage } from './tagged.ts';
import { fleetTool } from './tool.ts';
import { Unanswerable } from './unanswerable.ts';

export const findProblems = fleetTool({
  name: 'find_kx_problems',
  title: 'Find kdb problems',
  description:
    'Find what is wrong in all kdb environments: failed, stuck or unused entities, references to missing ones, and ' +
    'clusters and dataviews that lag behind the newest data. Also shows changes in progress.',
  keywords: 'broken health check wasting money idle why stale',
  input: () =>
    z.strictObject({
      problem: Words(PROBLEMS)
        .optional()
        .describe(
          'stuck: in a transitional status for too long. behind: not on the newest changeset or dataview version. ' +
            'unused: nothing uses it. dangling: refers to something that does not exist. underway: in progress. Default: all.',
        ),
      kinds: z.array(Words(KINDS)).min(1).optional().describe('Default: all'),
      environment: EnvironmentsArgument().optional(),
      ...pageArguments('each problem with the tags of its entity'),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (reader, input) => {
    const { problem, kinds, environment, view, cursor } = input;
    const problems = problemsToSearch(problem, kinds);
    const { graphs, gaps, withUnreadNodes, unconfirmed } = await readForProblems(reader, environment, problems, kinds);
    const isMeant = ({ entity }: Issue) => kinds?.some((kind) => kind === entity.kind) ?? true;
    const found = problems.flatMap((name) =>
      graphs.flatMap((graph) =>
        (unconfirmed.has(graph) && 'confirmWith' in SEARCHES[name] ? [] : SEARCHES[name].find(graph))
          .filter(isMeant)
          .map((issue) => ({ name, graph, issue })),
      ),
    );
    const candidates = found.map(candidateOf);
    const showsTags = found.length <= MAX_WITH_TAGS || view === 'full';
    const tagged = showsTags ? await withTagsOnPage(reader, candidates, cursor) : { found: candidates, gaps: [] };
    const rows = found.map((each, at) => ({
      problem: each.name,
      environment: each.graph.name,
      ...issueRow(each.issue, each.graph.readAt),
      ...tagsIn(tagged.found[at] ?? candidateOf(each)),
    }));
    const formatted = formatProblems(rows, view, problem !== undefined);
    const relevantGaps = problem === 'behind' ? gaps.filter((gap) => !isNeedless(gap, found)) : gaps;
    const head = {
      ...countsOf(found, problems),
      ...formatted.head,
      ...(found.some(({ name }) => name === 'unused') ? { unusedSince: UNUSED_SINCE } : {}),
      ...(problem === 'stuck' && found.length === 0 ? { stuckAfter: STUCK_AFTER } : {}),
      ...(problem === 'behind' ? newestLoadFailed(graphs) : {}),
      ...notCheckedOf(withUnreadNodes),
      ...environmentsOf(graphs),
      ...notReadIn([...relevantGaps, ...tagged.gaps]),
    };
    return answer(head, [formatted.section], { input, environmentsLeft: reader.environmentsLeft() });
  },
});

/** Says what was not read, because there are too many clusters or there was no time. */
function notCheckedOf(clusters: readonly GraphEntity[]) {
  if (clusters.length === 0) return {};
  const plants = clusters.filter(
    ({ facts: { type, tickerplantLogVolumes: volumes } }) => type === 'TICKERPLANT' && !volumes,
  );
  const logs =
    plants.length === 0 ? '' : `; log volumes of ${counted('tickerplant', plants.length)} (problem: dangling)`;
  return {
    notChecked: `nodes of ${counted('cluster', clusters.length)} (to check them, call with problem: stuck or underway)${logs}`,
  };
}

/** With at most this many problems, the tags of their entities are shown. */
const MAX_WITH_TAGS = 12;
const UNUSED_SINCE = 'not in the API; age is the time since creation';
const STUCK_AFTER = Object.fromEntries([...KINDS, 'node' as const].map((kind) => [kind, stuckAfter(kind)]));

interface Found {
  readonly name: ProblemName;
  readonly graph: Graph;
  readonly issue: Issue;
}

/** Whether a gap is only of older changesets that are not needed, because every lag in the environment could be counted. */
const isNeedless = ({ environment, isOfOlder }: ReadGap, found: readonly Found[]) =>
  isOfOlder === true &&
  found.every(
    ({ graph, issue: { condition, facts } }) =>
      graph.name !== environment || condition !== 'old changeset' || facts['behindBy'] !== undefined,
  );

const candidateOf = ({ graph, issue }: Found): Candidate => ({ graph, entity: issue.entity });

/** The number of problems of each type and, where an entity has several of one type, the number of distinct entities. */
function countsOf(found: readonly Found[], problems: readonly ProblemName[]) {
  const foundAs = (name: ProblemName) => found.filter((each) => each.name === name);
  const entities = (name: ProblemName) =>
    new Set(foundAs(name).map(({ graph, issue }) => `${graph.environmentId} ${issue.entity.id}`)).size;
  const several = problems.filter((name) => entities(name) < foundAs(name).length);
  return {
    counts: Object.fromEntries(problems.map((name) => [name, foundAs(name).length])),
    ...(several.length === 0
      ? {}
      : { distinctEntities: Object.fromEntries(several.map((name) => [name, entities(name)])) }),
  };
}

const MAX_FAILED_LOADS = 20;
/** The databases whose newest load failed: a cluster on the newest completed changeset is not behind, but lacks the data of that load. */
function newestLoadFailed(graphs: readonly Graph[]) {
  const found = graphs.flatMap(({ name, entities }) => {
    const newest = new Map<string | undefined, GraphEntity>();
    for (const each of entities)
      if (each.kind === 'changeset' && (each.created ?? '') >= (newest.get(each.database)?.created ?? ''))
        newest.set(each.database, each);
    return entities.flatMap(({ kind, name: database, facts }) => {
      const load = kind === 'database' ? newest.get(database) : undefined;
      if (load?.status !== 'FAILED') return [];
      const newestData = isoMinute(facts['newestData'] as string | undefined);
      return [{ environment: name, database, newestData, loadFailed: isoMinute(load.created) }];
    });
  });
  const more = found.length - MAX_FAILED_LOADS;
  return {
    ...(found.length === 0 ? {} : { newestLoadFailed: found.slice(0, MAX_FAILED_LOADS) }),
    ...(more > 0 ? { newestLoadFailedBesides: more } : {}),
  };
}

/** The requested problems that these kinds can have. Throws Unanswerable if there is none: no findings would look like an answer. */
function problemsToSearch(problem: ProblemName | undefined, kinds: readonly Kind[] = KINDS): readonly ProblemName[] {
  const canOccur = (name: ProblemName) => SEARCHES[name].of.some((kind) => kinds.includes(kind));
  const problems = problem === undefined ? PROBLEMS : [problem];
  const searched = problems.filter(canOccur);
  if (searched.length > 0) return searched;
  const others = PROBLEMS.filter(canOccur);
  const why =
    problem === undefined
      ? `No problem occurs in ${nouns(kinds)}.`
      : `Only ${nouns(SEARCHES[problem].of)} can have the problem ${problem}; ${nouns(kinds)} cannot.`;
  const otherwise =
    others.length > 0
      ? `Problems of ${nouns(kinds)}: ${others.join(', ')}.`
      : `find_kx_entities lists ${nouns(kinds)}.`;
  throw new Unanswerable(`${why} ${otherwise}`);
}
