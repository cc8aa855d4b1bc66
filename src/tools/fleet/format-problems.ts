import { sumByName } from '../../inventory/sum-by-name.ts';
import { isSmall, type Row, type View } from './page.ts';

interface ProblemRow extends Row {
  readonly environment: string;
}

/** With more problems than this, each is shown briefly. */
const MANY = 20;
const MAX_ENVIRONMENTS = 40;

/**
 * Problems one by one if they are few or complete rows are requested; otherwise by environment if that fits into one answer,
 * or else one by one, with their number in each of the environments that have most.
 */
export function formatProblems(rows: readonly ProblemRow[], view: View | undefined, isOneType: boolean) {
  if (rows.length <= MANY || view === 'full') return { head: {}, section: { name: 'problems', rows } };
  const counts = sumByName(rows.map(({ environment }) => [environment, 1]));
  const all = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  const byEnvironment = all.map(([environment, count]): Row => {
    const own = rows.filter((row) => row.environment === environment);
    return {
      environment,
      count,
      problems: own.map((row) => without(row, isOneType ? OMITTED_OF_ONE_TYPE : OMITTED)),
    };
  });
  const environmentsWithProblems = all.length;
  if (isSmall(byEnvironment))
    return { head: { environmentsWithProblems }, section: { name: 'byEnvironment', rows: byEnvironment } };
  return {
    head: { environmentsWithProblems, perEnvironment: Object.fromEntries(all.slice(0, MAX_ENVIRONMENTS)) },
    section: { name: 'problems', rows: rows.map((row) => without(row, REPEATED_IN_WHY)) },
  };
}

/** Ids that `why` repeats in words: they do not help in an answer with many rows. */
const REPEATED_IN_WHY = ['mounted', 'newest', 'mountedVersion', 'newestVersion'];
const OMITTED = ['environment', 'why', 'since', 'created', ...REPEATED_IN_WHY];
const OMITTED_OF_ONE_TYPE = [...OMITTED, 'problem'];

const without = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
