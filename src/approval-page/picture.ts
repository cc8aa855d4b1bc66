import { shorten } from '../inventory/svg/text.ts';
import { counted } from '../inventory/units.ts';
import { GROUPS } from '../safety/approval-text.ts';
import { byKind, isDescribed } from '../safety/item-text.ts';
import type { ShownPlan } from '../safety/ledger.ts';
import type { Item } from '../safety/plan-parts.ts';
import { type Html, html, withMarkedLetters } from './html.ts';

/** Narrow enough that its text stays legible on a phone, which scales it down a little. */
export const WIDTH = 384;
const BOX = { width: 180, height: 82, alone: 280 };
const TARGET = { width: 280, height: 56 };
const GAP = 14;
/** Maximum characters in one line of detail. */
const DETAIL_CHARACTERS = 23;
const TITLE_HEIGHT = 26;
/** Above this number, items are drawn by kind; the list below the picture names all of them. */
export const MAX_DRAWN = 8;

/** The impact on a target: the target in the middle, what is lost with it above, what is interrupted below. */
export function picture(shown: ShownPlan): Html {
  const above = rows(itemsToDraw(shown.lost)).reverse();
  const below = rows(itemsToDraw(shown.interrupted));
  const height = (count: number) => (count === 0 ? 0 : TITLE_HEIGHT + count * (BOX.height + GAP) + 6);
  const middle = 2 + height(above.length);
  const bottom = middle + TARGET.height;
  const total = bottom + height(below.length) + 2;
  const lostRowTop = (row: number) => 2 + TITLE_HEIGHT + row * (BOX.height + GAP);
  const waitRowTop = (row: number) => bottom + 6 + GAP + row * (BOX.height + GAP);
  return html`<svg viewBox="0 0 ${WIDTH} ${total}" role="img" aria-label="${summary(shown)}">
${above.length === 0 ? undefined : drawGroup('lost', GROUPS.lost, 16, above, lostRowTop, middle)}
${below.length === 0 ? undefined : drawGroup('wait', GROUPS.interrupted, total - 8, below, waitRowTop, bottom)}
<rect class="target" x="${(WIDTH - TARGET.width) / 2}" y="${middle}" width="${TARGET.width}" height="${TARGET.height}" rx="12"/>
${line('kind', shown.noun, { ...TARGET, x: (WIDTH - TARGET.width) / 2, y: middle + 21, anchor: 'middle' })}
${line('name', shown.name, { ...TARGET, x: (WIDTH - TARGET.width) / 2, y: middle + 42, anchor: 'middle' })}</svg>`;
}

/** The impact on a target as text. */
export function summary({ noun, name, lost, interrupted }: ShownPlan): string {
  return `${noun} ${name}: ${lost.length} lost for good with it, ${interrupted.length} interrupted`;
}

type Impact = 'lost' | 'wait';

/** Draws boxes in rows, and connects them with the edge of the target. */
function drawGroup(
  impact: Impact,
  title: string,
  titleY: number,
  boxes: readonly (readonly Item[])[],
  rowTop: (row: number) => number,
  targetEdge: number,
): Html {
  const farthestRow = impact === 'lost' ? 0 : boxes.length - 1;
  const spine = html`<path class="${impact}" d="M${WIDTH / 2} ${targetEdge}V${rowTop(farthestRow) + BOX.height / 2}"/>`;
  const branches = boxes.flatMap((row, index) =>
    row.length === 1
      ? []
      : [html`<path class="${impact}" d="M${BOX.width} ${rowTop(index) + BOX.height / 2}H${WIDTH - BOX.width}"/>`],
  );
  const drawnBoxes = boxes.flatMap((row, index) =>
    row.map((item, column) => box(impact, item, { ...placeInRow(row.length, column), y: rowTop(index) })),
  );
  const heading = html`<text class="group ${impact}" x="${WIDTH / 2}" y="${titleY}" text-anchor="middle">${title}</text>`;
  return { markup: [spine, ...branches, ...drawnBoxes, heading].map(({ markup }) => markup).join('\n') };
}

/** A box alone is centred; two stand at the left and the right edge. */
function placeInRow(boxes: number, column: number): { x: number; width: number } {
  if (boxes === 1) return { x: (WIDTH - BOX.alone) / 2, width: BOX.alone };
  return { x: column === 0 ? 2 : WIDTH - BOX.width - 2, width: BOX.width };
}

/** Baselines of kind, name and up to two lines of detail, relative to the first. */
const BASELINES = [0, 19, 37, 52];

function box(impact: Impact, item: Item, { x, y, width }: Omit<Line, 'anchor'>): Html {
  const { name, detail = '' } = item;
  const noun = isDescribed(item.kind) ? '' : item.kind;
  const lines = [
    ...(noun === '' ? [] : [{ look: 'kind' as const, text: noun }]),
    { look: 'name' as const, text: name },
    ...wrapInTwo(detail).map((text) => ({ look: 'detail' as const, text })),
  ];
  const first = y + (BOX.height - (BASELINES[lines.length - 1] as number)) / 2 + 4;
  const texts = lines.map(({ look, text }, at) => line(look, text, { x, y: first + (BASELINES[at] as number), width }));
  return html`<g><title>${noun} ${name} ${detail}</title>
<rect class="${impact}" x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="9"/>${texts}</g>`;
}

interface Line {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly anchor?: 'middle';
}

/** Pixels of an average letter. */
const LETTER_WIDTHS = { kind: 7, name: 8.4, detail: 7 } as const;
const PADDING = 12;

/** One line of text that stays inside its box: long text is shortened, and what is still too wide is clipped. */
export function line(look: keyof typeof LETTER_WIDTHS, text: string, { x, y, width, anchor }: Line): Html {
  const room = width - 2 * PADDING;
  const maxLetters = room / LETTER_WIDTHS[look];
  const short = look === 'detail' ? cutEnd(text, Math.floor(maxLetters)) : shorten(text, maxLetters);
  const attributes = anchor === 'middle' ? html` x="${room / 2}" text-anchor="middle"` : html``;
  return html`<svg x="${x + PADDING}" y="${y - 16}" width="${room}" height="22"><text class="${look}" y="16"${attributes}>${withMarkedLetters(short, 'tspan')}</text></svg>`;
}

/** At most two lines, broken between words where possible. */
function wrapInTwo(text: string): string[] {
  if (text.length <= DETAIL_CHARACTERS) return text === '' ? [] : [text];
  const space = text.lastIndexOf(' ', DETAIL_CHARACTERS);
  const end = space < DETAIL_CHARACTERS / 2 ? DETAIL_CHARACTERS : space;
  return [text.slice(0, end), cutEnd(text.slice(end).trim(), DETAIL_CHARACTERS)];
}

/** Each item if they fit; otherwise each kind with its number of items. */
function itemsToDraw(items: readonly Item[]): readonly Item[] {
  if (items.length <= MAX_DRAWN) return items;
  const kinds = byKind(items);
  const some = kinds.slice(0, kinds.length > MAX_DRAWN ? MAX_DRAWN - 1 : MAX_DRAWN);
  const rest = items.length - some.flat().length;
  return [
    ...some.map(merged),
    ...(rest === 0 ? [] : [{ kind: 'and', name: `${rest} more`, detail: 'in the list below' }]),
  ];
}

/** Several items of one kind as one: `13 clusters`, with their names. */
export function merged(items: readonly Item[]): Item {
  const [{ kind, name, detail }, ...others] = items as [Item, ...Item[]];
  if (others.length === 0) return { kind, name, detail };
  return { kind: '', name: counted(kind, items.length), detail: items.map((item) => item.name).join(', ') };
}

/** Two per row; an odd one comes last. */
function rows(items: readonly Item[]): (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / 2) }, (_, row) => items.slice(row * 2, row * 2 + 2));
}

const cutEnd = (text: string, maxLength: number) =>
  text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
