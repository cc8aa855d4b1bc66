import type { ShownPlan } from '../safety/ledger.ts';
import type { Item } from '../safety/plan-parts.ts';
import { type Html, html } from './html.ts';
import { line, MAX_DRAWN, merged, WIDTH } from './picture.ts';

const BOX = { height: 54, left: 58 };
const GAP = 16;

/** The deletions of a plan with several steps, from first to last. */
export function stepsPicture({ lost }: Pick<ShownPlan, 'lost'>): Html {
  const runs = lost.length <= MAX_DRAWN ? lost.map((item) => [item]) : runsOfOneKind(lost);
  const height = runs.length * (BOX.height + GAP) - GAP + 4;
  let done = 0;
  const drawn = runs.map((run, at) => {
    const range = run.length === 1 ? `${done + 1}` : `${done + 1}\u2013${done + run.length}`;
    done += run.length;
    return step(merged(run), range, 2 + at * (BOX.height + GAP), at < runs.length - 1);
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Removed in this order: ${runs.map(runText).join(', ')}">${drawn}</svg>`;
}

function step({ kind, name, detail = '' }: Item, range: string, y: number, isFollowed: boolean): Html {
  const middle = BOX.left + 22;
  const end = y + BOX.height + GAP;
  const arrow = html`<path class="lost" d="M${middle} ${y + BOX.height}V${end}M${middle - 4} ${end - 6}L${middle} ${end - 1}L${middle + 4} ${end - 6}"/>`;
  const width = WIDTH - BOX.left - 2;
  const title = kind === '' ? name : `${kind} ${name}`;
  return html`<g><title>${title} ${detail}</title>
<text class="order" x="${BOX.left - 12}" y="${y + BOX.height / 2 + 5}" text-anchor="end">${range}</text>
<rect class="lost" x="${BOX.left}" y="${y}" width="${width}" height="${BOX.height}" rx="9"/>
${line('name', title, { x: BOX.left, y: y + (detail === '' ? 32 : 23), width })}
${detail === '' ? undefined : line('detail', detail, { x: BOX.left, y: y + 42, width })}
${isFollowed ? arrow : undefined}</g>`;
}

const runText = (run: readonly Item[]) => {
  const { kind, name } = merged(run);
  return `${kind} ${name}`.trim();
};

function runsOfOneKind(items: readonly Item[]): (readonly Item[])[] {
  const starts = items.flatMap(({ kind }, at) => (kind === items[at - 1]?.kind ? [] : [at]));
  return starts.map((start, at) => items.slice(start, starts[at + 1]));
}
