import type { Score } from './score.ts';

/** The scores of one run of all tasks, in sums. */
interface Total {
  readonly passed: number;
  readonly tasks: number;
  readonly calls: number;
  readonly failedCalls: number;
  readonly tools: number;
  readonly validFirst: number;
  readonly tokens: number;
  readonly excellent: { readonly calls: number; readonly tokens: number };
}

export function totalOf(scores: readonly Score[]): Total {
  const sum = (value: (score: Score) => number) => scores.reduce((total, score) => total + value(score), 0);
  return {
    passed: scores.filter(({ passed }) => passed).length,
    tasks: scores.length,
    calls: sum(({ calls }) => calls),
    failedCalls: sum(({ failedCalls }) => failedCalls),
    tools: sum(({ tools }) => tools),
    validFirst: sum(({ validFirst }) => validFirst),
    tokens: sum(({ tokens }) => tokens),
    excellent: { calls: sum(({ excellent }) => excellent.calls), tokens: sum(({ excellent }) => excellent.tokens) },
  };
}

/** A line for each task, with the reasons where it failed, and the totals. */
export function lines(scores: readonly Score[]): string[] {
  const total = totalOf(scores);
  const kinds = [...new Set(scores.map(({ kind }) => kind))].map((kind) => {
    const ofKind = scores.filter((score) => score.kind === kind);
    return `${kind} ${ofKind.filter(({ passed }) => passed).length}/${ofKind.length}`;
  });
  return [
    ...scores.flatMap((score) => [
      `${score.passed ? 'pass' : 'FAIL'} ${score.id.padEnd(20)} calls ${of(score.calls, score.excellent.calls)}, failed ${score.failedCalls}, ` +
        `first calls valid ${score.validFirst}/${score.tools}, tokens ${of(score.tokens, score.excellent.tokens)}`,
      ...score.reasons.map((reason) => `       ${reason.slice(0, 400)}`),
    ]),
    `passed ${total.passed}/${total.tasks} (${kinds.join(', ')}), calls ${of(total.calls, total.excellent.calls)}, failed ${total.failedCalls}, ` +
      `first calls valid ${total.validFirst}/${total.tools} (${percent(total)}), tokens ${of(total.tokens, total.excellent.tokens)}`,
  ];
}

const of = (value: number, excellent: number) => `${value} (excellent: ${excellent})`;
const percent = ({ validFirst, tools }: Total) => `${Math.floor((100 * validFirst) / Math.max(1, tools))} %`;

/** A row of the table in docs/evals.md: medians over runs. */
export function row(model: string, runs: readonly (readonly Score[])[]): string {
  const totals = runs.map(totalOf);
  const middle = (value: (total: Total) => number) => median(totals.map(value));
  const [calls, tokens] = [middle((total) => total.calls), middle((total) => total.tokens)];
  const { excellent, tasks = 0 } = totals[0] ?? {};
  const ratio = (value: number, best = 1) => `${value} (${(value / best).toFixed(2)})`;
  const cells = [
    model,
    runs.length,
    `${middle(({ passed }) => passed)} of ${tasks}`,
    `${middle((total) => Math.floor((1000 * total.validFirst) / Math.max(1, total.tools)) / 10)} %`,
    ratio(calls, excellent?.calls),
    ratio(tokens, excellent?.tokens),
  ];
  return `| ${cells.join(' | ')} |`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
