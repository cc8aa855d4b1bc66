import { sumByName } from '../../inventory/sum-by-name.ts';
import { isSmall, type Row, type View } from './page.ts';

interface ProblemRow extends Row {
  readonly environment: string;
}

/** With more problems than this, each is shown briefly. */
const MANY = 20;
const MAX_PLACES = 40;

/**
 * Problems one by one if they are few or complete rows are requested; otherwise by environment, as many as fit, or counted by
 * environment.
 */
export function formatProblems(rows: readonly ProblemRow[], view: View | undefined, isOneProblem: boolean) {
  if (rows.length <= MANY || view === 'full') return { head: {}, section: { name: 'problems', rows } };
  const places = sumByName(rows.map(({ environment }) => [environment, 1]));
  const all = Object.entries(places).toSorted(([, a], [, b]) => b - a);
  const apart = all.map(([environment, count]): Row => {
    const own = rows.filter((row) => row.environment === environment);
    return {
      environment,
      count,
      problems: own.map((row) => without(row, isOneProblem ? SHORT_OF_ONE_PROBLEM : SHORT)),
    };
  });
  const environmentsWithProblems = all.length;
  if (isSmall(apart)) return { head: { environmentsWithProblems }, section: { name: 'byEnvironment', rows: apart } };
  return {
    head: { environmentsWithProblems, perEnvironment: Object.fromEntries(all.slice(0, MAX_PLACES)) },
    section: { name: 'problems', rows: rows.map((row) => without(row, IN_WORDS)) },
  };
}

/** Members that the reason repeats in words, and ids that do not help in an answer with many rows. */
const IN_WORDS = ['mounted', 'newest', 'mountedVersion', 'newestVersion'];
const SHORT = ['environment', 'why', 'since', 'created', ...IN_WORDS];
const SHORT_OF_ONE_PROBLEM = [...SHORT, 'problem'];

const without = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
